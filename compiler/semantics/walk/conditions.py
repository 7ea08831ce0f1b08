"""`if` statements and `a if c else b`. In: the tree. Out: what names mean afterwards.

A condition that is known now takes one branch. A condition that is known while running becomes a branch of the IR. For
a private condition both branches are written, and a selection chooses between what they assign.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from ...ir.build import OpenRegion
from ...ir.labels import Knowledge
from ...ir.program import Value
from ...ir.types import Kind
from ...syntax import tree
from ..arrays.missing import holding
from ..arrays.words import beside
from ..errors import WrongError, misplaced, not_a_condition, wrong
from ..state.context import Arm, Context, Outcome, SecretCondition
from ..state.describe import describe
from ..state.facts import Definition
from ..state.liveness import bound_names, find_return, returns_always, spelled
from ..state.merging import MismatchError, Sketch, flatten, joined_sketch, rebuild, sketch
from ..state.values import NOTHING, POISON, Array, Meaning, Poison, Unclear
from .assignment import bind

Statements = tuple[tree.Statement, ...]
Names = dict[str, Meaning]


def condition_value(context: Context, node: tree.Expression, place: str) -> Array:
    """A condition: one bool, which does not hold where it is missing."""
    condition = context.value(node)
    if not isinstance(condition, Array):
        raise not_a_condition(node.span, place, describe(condition), "write a comparison")
    if condition.element.kind is not Kind.BOOL or condition.shape:
        if condition.shape:
            remedy = "use `any(...)` or `all(...)`, or `select(condition, a, b)` for each element"
        else:
            remedy = "compare with a number: `x != 0`" if condition.element.is_number else "write a comparison"
        raise not_a_condition(node.span, place, describe(condition), remedy)
    return holding(context, condition)


# --- if ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Way:
    """What one branch led to. `region` holds its operations if the choice is made while running."""

    names: Names
    outcome: Outcome
    region: OpenRegion | None


def if_statement(context: Context, node: tree.If, rest: Statements) -> tuple[Outcome, bool]:
    """Elaborates an `if` followed by `rest` in its block. Returns the returned value, and whether `rest` is also done.

    If one branch returns, the rest of the block belongs to the other branch: then both branches give a value.
    """
    try:
        condition = condition_value(context, node.condition, "the condition of an `if`")
    except WrongError as error:
        context.report(error)
        _explore(context, node)
        return None, False
    static = context.static(condition.value) if condition.label.knowledge is Knowledge.STATIC else None
    if static is not None:
        chosen = node.then if static else node.otherwise
        # A `return` inside may be on one way only of an `if` in the branch: the rest then belongs to the other way.
        takes_rest = find_return(chosen) is not None
        return context.run(context, chosen + rest if takes_rest else chosen), takes_rest
    then, otherwise, takes_rest = _with_rest(context, node, rest)
    ways = (_public_ways if condition.label.is_public else _private_ways)(context, node, condition, (then, otherwise))
    live = frozenset() if takes_rest else context.scopes.after_branch.get(id(node), frozenset())
    pairs = _meeting_names(context, node, ways, live)
    outcome = _meeting_outcomes(context, node, ways) if takes_rest else None
    meanings = combine(context, condition, ways, [*pairs.values(), *([outcome] if isinstance(outcome, Pair) else [])])
    for name, meaning in zip(pairs, meanings, strict=False):
        bind(context, name, meaning)
    return (meanings[-1] if isinstance(outcome, Pair) else outcome), takes_rest


def _explore(context: Context, node: tree.If) -> None:
    """Elaborates both branches of an `if` whose condition is wrong, to find the mistakes in them."""
    before = dict(context.frame.names)
    with context.builder.region():
        for statements in (node.then, node.otherwise):
            context.frame.names = dict(before)
            context.run(context, statements)
    context.frame.names = before | {spelled(name): POISON for name in bound_names((node,))}


def _with_rest(context: Context, node: tree.If, rest: Statements) -> tuple[Statements, Statements, bool]:
    found = find_return((node,))
    if found is None:
        return node.then, node.otherwise, False
    if returns_always(node.then):
        return node.then, node.otherwise + rest, True
    if returns_always(node.otherwise):
        return node.then + rest, node.otherwise, True
    raise misplaced(
        found.span,
        "this `return`",
        "a `return` at the end of a branch, with the branch always reaching it",
        "a `return` that only some ways through the branch reach",
        "assign the result to a name in each branch, and return it at the end of the function",
    )


@contextmanager
def _arm(context: Context, node: tree.If | tree.Conditional, first: bool) -> Iterator[None]:
    outer, context.arms = context.arms, (*context.arms, Arm(id(node), first))
    try:
        yield
    finally:
        context.arms = outer


@contextmanager
def _way(context: Context, condition: Array, holds: bool) -> Iterator[None]:
    """What counts only if a private condition holds, or does not."""
    outer, context.ways = context.ways, (*context.ways, (condition.value, holds))
    try:
        yield
    finally:
        context.ways = outer


def _public_ways(
    context: Context, node: tree.If, condition: Array, branches: tuple[Statements, Statements]
) -> tuple[Way, Way]:
    before, ways = dict(context.frame.names), []
    for first, statements in ((True, branches[0]), (False, branches[1])):
        context.frame.names = dict(before)
        with _arm(context, node, first), context.builder.region() as region:
            outcome = context.run(context, statements)
        ways.append(Way(context.frame.names, outcome, region))
    context.frame.names = before
    return ways[0], ways[1]


def _private_ways(
    context: Context, node: tree.If, condition: Array, branches: tuple[Statements, Statements]
) -> tuple[Way, Way]:
    before, ways = dict(context.frame.names), []
    outer = context.secret_conditions
    context.secret_conditions = (*outer, SecretCondition(condition.value, node.header))
    try:
        for holds, statements in zip((True, False), branches, strict=True):
            context.frame.names = dict(before)
            with _way(context, condition, holds):
                outcome = context.run(context, statements)
            ways.append(Way(context.frame.names, outcome, None))
    finally:
        context.frame.names, context.secret_conditions = before, outer
    return ways[0], ways[1]


# --- where branches meet ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """What two branches give for one name, and the sketch that holds both."""

    then: Meaning
    otherwise: Meaning
    sketch: Sketch


def _meeting_names(context: Context, node: tree.If, ways: tuple[Way, Way], live: frozenset[str]) -> dict[str, Pair]:
    """The names that the branches bind differently and that are read later. The other such names become unclear."""
    then, otherwise = ways[0].names, ways[1].names
    places = {spelled(name): name.span for name in bound_names((node,))}
    pairs: dict[str, Pair] = {}
    for name in sorted(then.keys() | otherwise.keys()):
        if then.get(name) is otherwise.get(name):
            if name in then:
                context.frame.names[name] = then[name]
            continue
        met = _meeting(context, then.get(name), otherwise.get(name)) if name in live else "which differs by branch"
        if isinstance(met, Pair):
            pairs[name] = met
        else:
            context.frame.names[name] = Unclear(met, places.get(name, node.header)) if isinstance(met, str) else met
    return pairs


def _meeting(context: Context, x: Meaning | None, y: Meaning | None) -> Pair | Poison | str:
    """Both meanings with the sketch that holds them; POISON if one is wrong already; or a text that says why not."""
    for one in (x, y):
        if isinstance(one, Unclear):
            return one.problem
    if isinstance(x, Poison) or isinstance(y, Poison):
        return POISON
    if x is None or y is None:
        return "which is bound in one branch only"
    try:
        return Pair(x, y, joined_sketch(context, sketch(x), sketch(y)))
    except MismatchError as error:
        return str(error)


def _meeting_outcomes(context: Context, node: tree.If, ways: tuple[Way, Way]) -> Pair | Meaning:
    """What both branches return. A branch that reaches the end of the function returns nothing."""
    met = _meeting(context, *(NOTHING if way.outcome is None else way.outcome for way in ways))
    if not isinstance(met, str):
        return met
    context.report(
        wrong(
            node.header,
            "the ways through this `if` return values that do not go together",
            expected="values of one kind and shape from every `return`",
            found=f"a value {met}",
            remedy="return arrays of one shape on both ways, or assign and return at the end",
        )
    )
    return POISON


def combine(context: Context, condition: Array, ways: tuple[Way, Way], pairs: Sequence[Pair]) -> list[Meaning]:
    """Writes the choice between two branches, and returns what each pair means after it."""
    regions = [way.region for way in ways]
    columns: list[list[Value]] = []
    for way, region in enumerate(regions):
        with context.builder.region() if region is not None else nullcontext() as extra:
            meanings = (pair.then if way == 0 else pair.otherwise for pair in pairs)
            columns.append(
                [v for m, pair in zip(meanings, pairs, strict=True) for v in flatten(context, m, pair.sketch)]
            )
        if region is not None and extra is not None:
            region.operations += extra.operations
            region.results = tuple(columns[-1])
    if regions[0] is not None and regions[1] is not None:
        results = _branch(context, condition.value, regions[0], regions[1], columns)
    else:
        results = [
            x if x is y else context.emit("select", condition.value, x, y) for x, y in zip(*columns, strict=True)
        ]
    values = iter(results)
    return [rebuild(pair.sketch, values) for pair in pairs]


def _branch(
    context: Context, condition: Value, then: OpenRegion, otherwise: OpenRegion, columns: list[list[Value]]
) -> list[Value]:
    if not then.operations and not otherwise.operations:
        return [x if x is y else context.emit("select", condition, x, y) for x, y in zip(*columns, strict=True)]
    span = context.builder.span
    results = context.builder.branch(condition, then.close(), otherwise.close())
    for result, x, y in zip(results, *columns, strict=True):
        context.facts.record(result, Definition("branch", (x, y, condition), span))
    return list(results)


# --- conditional expressions ------------------------------------------------------------------------------------


def conditional(context: Context, node: tree.Conditional) -> Meaning:
    """`a if c else b`."""
    condition = condition_value(context, node.condition, "the condition of `... if ... else ...`")
    static = context.static(condition.value) if condition.label.knowledge is Knowledge.STATIC else None
    if static is not None:
        return context.value(node.then if static else node.otherwise)
    ways: list[Way] = []
    with context.collecting() as collector:
        for first, expression in ((True, node.then), (False, node.otherwise)):
            with collector:
                ways.append(_expression_way(context, node, expression, first, condition))
    outcomes = [NOTHING if way.outcome is None else way.outcome for way in ways]
    met = _meeting(context, *beside(context, outcomes, [node.then.span, node.otherwise.span]))
    if isinstance(met, str):
        raise wrong(
            node.span,
            "the two values of `... if ... else ...` do not go together",
            expected="values of one kind and shape",
            found=f"a value {met}",
            remedy="use `select(c, a, b)` to broadcast, or convert one side",
        )
    return combine(context, condition, (ways[0], ways[1]), [met])[0] if isinstance(met, Pair) else met


def _expression_way(
    context: Context, node: tree.Conditional, expression: tree.Expression, first: bool, condition: Array
) -> Way:
    if not condition.label.is_public:
        with _way(context, condition, first):
            return Way({}, context.value(expression), None)
    with _arm(context, node, first), context.builder.region() as region:
        outcome = context.value(expression)
    return Way({}, outcome, region)
