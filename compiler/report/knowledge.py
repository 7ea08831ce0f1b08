"""Who learns what. In: a program's IR, elaborated and inlined. Out: what the program tells, keeps and makes public.

Optimisations do not matter here: what is revealed is what the source says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...runtime.graph.alignments import DELEGATED, Matching, aligned_bytes
from ...runtime.graph.nodes import Declaration, Graph, Local, Node, Repeat, audience
from ..ir.control import conditions
from ..ir.labels import Knowledge as Known
from ..ir.operations.row import Trait
from ..ir.operations.table import row_of
from ..ir.program import Operation, Program, Region
from ..ir.rewrite import walk
from ..semantics.type_names import type_name
from ..source import Span
from .computations import Computations

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Told:
    """A value that leaves the protocol: `expression` as it is written, under the output's `name`.

    `roles` learn the value (`farmers[*]`: all members); there are none if it is kept as shares. It is told `times`
    times. `when` says on what that depends, and is empty if it depends on nothing. `computation` is a digest of what
    the value is computed of.
    """

    name: str
    expression: str
    type: str
    elements: int
    roles: tuple[str, ...]
    source: str
    line: int
    times: int
    when: str = ""
    computation: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A revealed value that decides in the run which way it goes, which all nodes see: an `if`, or turns of a `while`.

    `expression` is the statement's first line as it is written, `computation` a digest of what decides.
    """

    expression: str
    source: str
    line: int
    computation: str


@dataclass(frozen=True, slots=True)
class PublicSize:
    """A size that all parties learn: its name, its value, and the inputs that have this size."""

    name: str
    size: int
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A reason why `role` may have to stop before the first round, which everybody then sees.

    The `input` may have a value `beyond` what the program tolerates, or a value that stands twice in a key column. A
    public input has no role.
    """

    role: str
    input: str
    beyond: str


@dataclass(frozen=True, slots=True)
class Required:
    """A bit that all nodes learn, `times` times: whether the run goes on, or stops because of what `message` says.

    Where `is_conditional`, the run itself shows how often: in a `while`, or in a branch.
    """

    message: str
    source: str
    line: int
    times: int
    is_conditional: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A join that the owners of the keys align before the first round. All parties learn how many keys match.

    That number is the size `name`. `keys` are the inputs that hold the keys of either side, and `rows` their sizes;
    `alternatives` are how many keys are tried one after the other.
    `owners` are parties; so is the `helper`, if there is one. `bytes` are what each party sends for the join. If there
    are several alternatives, whoever matches also learns which rows, without names, have which of the keys in common.
    `repeats` says whether a key of the left side stands twice, which all parties learn, too; None if none may.
    """

    name: str
    keys: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[int, int]
    matched: int
    method: str
    owners: tuple[str, str]
    helper: str
    bytes: tuple[int, ...]
    source: str
    line: int
    alternatives: int = 1
    repeats: bool | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a program discloses. `roles` are all its roles, also those that learn nothing."""

    roles: tuple[str, ...]
    revealed: tuple[Told, ...]
    kept: tuple[Told, ...]
    sizes: tuple[PublicSize, ...]
    joins: tuple[Joined, ...]
    stops: tuple[Stop, ...]
    required: tuple[Required, ...]
    choices: tuple[Choice, ...] = ()

    def of(self, role: str) -> list[Told]:
        """What one role learns, besides sizes."""
        names = {role, audience(role), EVERYONE}
        return [told for told in self.revealed if not names.isdisjoint(told.roles)]


def who_learns_what(
    program: Program, inputs: Iterable[Declaration], graph: Graph, matchings: Sequence[Matching] = ()
) -> Knowledge:
    """What an inlined program discloses.

    `inputs` are its declarations with the names of sizes. `graph` has the declarations with the limits of numbers, and
    the parties. `matchings` are the program's joins on keys that owners hold.
    """
    computations = Computations(program)
    told = list(_told(program, program.body, 1, "", computations, ()))
    found = {name for one in matchings for name in (one.name, one.repeats)}
    declared = {name: size for name, size in program.sizes.items() if name not in found}
    return Knowledge(
        roles=program.roles,
        revealed=tuple(one for one in told if one.roles),
        kept=tuple(one for one in told if not one.roles),
        sizes=tuple(_sizes(declared, tuple(inputs))),
        joins=tuple(_joined(program, graph.parties, one) for one in matchings),
        stops=(*_limits(graph), *_doubles(graph, matchings)),
        required=tuple(_required(graph, graph.body, 1, False)),
        choices=tuple(dict.fromkeys(_choices(program.body, computations, ()))),
    )


def _required(graph: Graph, nodes: Sequence[Node], times: int, is_conditional: bool) -> Iterator[Required]:
    """What is left of the checks of a program when the compiler has dropped those that cannot fail."""
    for node in nodes:
        if isinstance(node, Repeat):
            inner = times if node.count is None else times * node.count
            yield from _required(graph, node.body, inner, is_conditional or node.count is None)
        elif isinstance(node, Local):
            for step in node.steps:
                if step.kernel == "require":
                    place = graph.places[node.span]
                    yield Required(step.attributes["message"], place.source, place.line, times, is_conditional)


def _limits(graph: Graph) -> Iterator[Stop]:
    for each in graph.inputs:
        if each.limits:
            yield Stop(each.role, each.name, each.beyond)


def _doubles(graph: Graph, matchings: Sequence[Matching]) -> Iterator[Stop]:
    """For each key that may not stand as often as it likes, the reason to stop that its owner may hold too many."""
    found: dict[tuple[int, str], int] = {}
    for one in matchings:
        for names, owner, most in zip(one.keys, one.owners, one.most, strict=True):
            for together in one.alternatives if most else ():
                columns = owner, " and ".join(names[together])
                found[columns] = min(most, found.get(columns, most))
    for (owner, key), most in found.items():
        yield Stop(graph.parties[owner], key, "that stands twice" if most == 1 else f"that stands {most + 1} times")


def _told(
    program: Program, region: Region, times: int, when: str, known: Computations, inside: tuple[Operation, ...]
) -> Iterator[Told]:
    for operation in region.operations:
        if row_of(operation).has(Trait.OUTPUT):
            yield _one(program, operation, times, when, known.of(operation.operands[0], inside))
        line = operation.span.line
        for inner in operation.regions:
            count, often = times, f"if the `if` of line {line} takes this branch"
            if operation.name == "loop":
                count, often = times * operation.attributes["count"], when
            elif operation.name == "while":
                count, often = 1, f"in each turn of the `while` of line {line}"
            yield from _told(program, inner, count, often, known, (*inside, operation))


def _choices(region: Region, known: Computations, inside: tuple[Operation, ...]) -> Iterator[Choice]:
    for operation in region.operations:
        span = operation.span
        for condition in conditions(operation) if operation.regions else ():
            if condition.label.knowledge is Known.REVEALED:
                line = span.source.line(span.line).strip()
                yield Choice(line, span.source.name, span.line, known.of(operation.operands[0], inside))
        for inner in operation.regions:
            yield from _choices(inner, known, (*inside, operation))


def _one(program: Program, operation: Operation, times: int, when: str, computation: str) -> Told:
    attributes, type, span = operation.attributes, operation.operands[0].type, operation.span
    roles: tuple[str, ...] = ()
    if operation.name == "reveal":
        roles = (EVERYONE,) if attributes["roles"] is None else tuple(attributes["roles"])
    return Told(
        name=attributes["name"],
        expression=_expression(program, span),
        type=type_name(type),
        elements=type.size,
        roles=roles,
        source=span.source.name,
        line=span.line,
        times=times,
        when=when,
        computation=computation,
    )


def _sizes(sizes: Mapping[str, int], inputs: tuple[Declaration, ...]) -> Iterator[PublicSize]:
    for name, size in sizes.items():
        of = dict.fromkeys(each.table or each.name for each in inputs if name in each.dimensions)
        yield PublicSize(name, size, tuple(of))


def _joined(program: Program, parties: tuple[str, ...], matching: Matching) -> Joined:
    aligned = [each for each in walk(program.body) if each.name == "align"]
    span = next(each.span for each in aligned if each.attributes["join"] == matching.name)
    helper = parties[matching.matchers[0]] if matching.method == DELEGATED else ""
    return Joined(
        name=matching.name,
        keys=matching.keys,
        rows=matching.rows,
        matched=program.sizes[matching.name],
        method=matching.method,
        owners=(parties[matching.owners[0]], parties[matching.owners[1]]),
        helper=helper,
        bytes=aligned_bytes(matching, len(parties)),
        source=span.source.name,
        line=span.line,
        alternatives=len(matching.alternatives),
        repeats=bool(program.sizes.get(matching.repeats, 0)) if matching.repeats else None,
    )


def _expression(program: Program, span: Span) -> str:
    """The text of the expression that a statement tells; the statement's own text if no text was elaborated."""
    written = program.written.told.get((span.source.name, span), span)
    return " ".join(written.text.split())
