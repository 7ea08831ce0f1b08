"""`for` and `while`. A loop stays a loop of the IR, and carries the names that pass from turn to turn.

A carried value has one type and label for all turns. They are found as a fix-point: the body is elaborated with the
types that come in. While a turn gives back something wider (bool to int to fixed, any width of int to 64 bits, public
to secret), the body is elaborated again with the wider types. If that is not enough, because a shape in the body
differs from turn to turn, the turns are written out one by one.

A loop inside another loop is elaborated again with each attempt at the outer loop. It then starts from the types that
it found before, so that the numbers of attempts add up over the nesting and do not multiply.
"""

from collections.abc import Callable, Iterator

from ...diagnostics import Note
from ...ir.build import turn_type
from ...ir.labels import STATIC, Knowledge, Label, join
from ...ir.program import Region, Value
from ...syntax import tree
from ..errors import WrongError, changes_from_turn_to_turn, misplaced, too_many_copies, unclear_name, wrong
from ..state.context import UNROLL_LIMIT, Context, UnrollError
from ..state.facts import Definition, Rolled
from ..state.liveness import LoopNames, bound_names, find_return, spelled
from ..state.merging import (
    MismatchError,
    Sketch,
    flatten,
    joined_sketch,
    raw_values,
    rebuild,
    relabelled,
    sketch,
    slots,
    zeros,
)
from ..state.values import POISON, Array, Meaning, Poison, Unclear
from .assignment import assign, bind
from .conditions import condition_value
from .iteration import Iteration, iteration


def for_statement(context: Context, node: tree.For) -> None:
    """Elaborates a `for`."""
    _refuse_return(context, node)
    try:
        over = iteration(context, node.iterable)
    except WrongError as error:
        context.report(error)
        _explore(context, node)
        return
    if over.apart:
        _write_out(context, node, over, None)
    elif over.count:
        _rolled_or_written_out(context, node, lambda: _Loop(context, node, over).elaborate(), over)
    if over.rest is not None:
        with context.turn(node, over.count):
            _turn(context, node, over.rest)


def while_statement(context: Context, node: tree.While) -> None:
    """Elaborates a `while`."""
    _refuse_return(context, node)
    try:
        condition = _while_condition(context, node)
    except WrongError as error:
        context.report(error)
        _explore(context, node)
        return
    known = context.static(condition.value) if condition.label.knowledge is Knowledge.STATIC else None
    if known is None or known:
        _rolled_or_written_out(context, node, lambda: _Loop(context, node, None, condition).elaborate(), None)


def _while_condition(context: Context, node: tree.While) -> Array:
    condition = condition_value(context, node.condition, "the condition of a `while`")
    remedy = "reveal the bit that ends the loop (`reveal done as stop`), or run a fixed number of turns with `for`"
    context.require_public(condition, node.condition.span, "the condition of a `while`", remedy)
    return condition


def _refuse_return(context: Context, node: tree.For | tree.While) -> None:
    found = find_return(node.body)
    if found is not None:
        context.report(
            misplaced(
                found.span,
                "this `return`",
                "a `return` outside of loops",
                "a `return` in the body of a loop",
                "assign to a name in the loop and return it after the loop",
            )
        )


def _explore(context: Context, node: tree.For | tree.While) -> None:
    """Elaborates the body of a loop whose header is wrong, to find the mistakes in the body."""
    poisoned: dict[str, Meaning] = {spelled(name): POISON for name in bound_names((node,))}
    context.frame.names = context.frame.names | poisoned
    with context.builder.region():
        context.run(context, node.body)
    context.frame.names = context.frame.names | poisoned


# --- turns written out ------------------------------------------------------------------------------------------


def _rolled_or_written_out(
    context: Context, node: tree.For | tree.While, rolled: Callable[[], None], over: Iteration | None
) -> None:
    key = (*context.path, id(node))
    before, found = dict(context.frame.names), context.mark()
    if key not in context.unrolled:
        try:
            rolled()
            return
        except UnrollError as error:
            if error.loop.key != key:
                raise
            context.unrolled[key] = error.too_long
        context.frame.names = before
        context.reset(found)
    _write_out(context, node, over, context.unrolled[key])


def _write_out(context: Context, node: tree.For | tree.While, over: Iteration | None, limit: WrongError | None) -> None:
    """Elaborates each turn by itself. Stops at the first turn with mistakes: later turns would repeat them."""
    outer = context.copies
    try:
        complete = _all_turns(context, node, over, limit, outer)
    finally:
        context.copies = outer
    if not complete:
        context.frame.names |= {spelled(name): POISON for name in bound_names((node,))}


def _all_turns(
    context: Context, node: tree.For | tree.While, over: Iteration | None, limit: WrongError | None, outer: int
) -> bool:
    mistakes, turns = len(context.diagnostics), 0
    while len(context.diagnostics) == mistakes:
        if turns == over.count if over is not None else isinstance(node, tree.While) and not _goes_on(context, node):
            return True
        context.copies = outer * (turns + 1 if over is None else over.count)
        if context.copies > UNROLL_LIMIT:
            note = Note(node.header, "this is the loop")
            context.report(limit or too_many_copies(node.header, "the element", UNROLL_LIMIT, [note]))
            return False
        with context.turn(node, turns):
            _written_turn(context, node, over, turns)
        turns += 1
    return False


def _written_turn(context: Context, node: tree.For | tree.While, over: Iteration | None, turn: int) -> None:
    if isinstance(node, tree.For) and over is not None:
        _turn(context, node, lambda: over.turn(context.integer(turn)))
    else:
        context.run(context, node.body)


def _turn(context: Context, node: tree.For, element: Callable[[], Meaning]) -> None:
    assign(context, node.target, element(), node.iterable.span)
    context.run(context, node.body)


def _goes_on(context: Context, node: tree.While) -> bool:
    condition = _while_condition(context, node)
    return bool(context.numbers(condition, node.condition.span, "the condition of a loop that is written out"))


# --- rolled loops -----------------------------------------------------------------------------------------------


class _Loop:
    """One loop while its fix-point is searched. `over` is None for a `while`, whose first condition is `entry`.

    `carried` are names that the body binds, that were bound before the loop, and that are read in a turn or after the
    loop. `late` are names that only the loop binds and that are read after it.
    """

    def __init__(
        self, context: Context, node: tree.For | tree.While, over: Iteration | None, entry: Array | None = None
    ) -> None:
        self.context, self.node, self.over, self.entry = context, node, over, entry
        self.before = dict(context.frame.names)
        self.rolled = Rolled((*context.path, id(node)), node.header)
        self.bound = {spelled(name): name.span for name in reversed(list(bound_names((node,))))}
        names = context.scopes.loops.get(id(node), LoopNames(frozenset(), frozenset()))
        live = (names.entry | names.after) & self.bound.keys()
        known = {name for name in live if not isinstance(self.before.get(name, POISON), Unclear | Poison)}
        self.carried = sorted(known)
        self.late = [] if over is None else sorted((self.bound.keys() & names.after) - self.before.keys())
        self.sketches: dict[str, Sketch] = {}
        self.yielded: dict[str, tuple[Value, ...]] = {}
        poisoned = {name for name in self.bound if isinstance(self.before.get(name), Poison)}
        self.after: dict[str, Meaning] = dict.fromkeys(poisoned, POISON)
        self.broken: list[WrongError] = []

    def elaborate(self) -> None:
        """Writes the loop. Raises UnrollError if it cannot stay a loop."""
        memory = (*self.context.path, *self.context.turns, id(self.node))
        self._start(self.context.stable.get(memory, {}))
        found = self.context.mark()
        while not self._attempt():
            self.context.reset(found)
        self.context.stable[memory] = dict(self.sketches)
        for error in self.broken:
            self.context.report(error)

    def _start(self, remembered: dict[str, Sketch]) -> None:
        self.sketches = {name: sketch(self.before[name]) for name in self.carried}
        for name, one in remembered.items():
            if name in self.late:
                self.sketches[name] = one
            elif name in self.sketches:
                try:
                    self.sketches[name] = joined_sketch(self.context, self.sketches[name], one)
                except MismatchError:
                    # Another shape comes in this time, so the sketch found before does not apply.
                    continue

    def _attempt(self) -> bool:
        """Elaborates the body once. Returns whether the types were wide enough; if so, writes the loop."""
        context = self.context
        first = [] if self.over is None else [(turn_type(self.over.count), STATIC, "turn")]
        arguments = [(type, label, name) for name, one in self.sketches.items() for type, label in slots(one)]
        context.frame.names = dict(self.before)
        outer, context.loops = context.loops, (*context.loops, self.rolled)
        try:
            with context.builder.region([*first, *arguments]) as region:
                self._bind(iter(region.arguments))
                self._run(region.arguments)
                condition = _while_condition(context, self.node) if isinstance(self.node, tree.While) else None
                ends = {name: context.frame.names.get(name, POISON) for name in self.bound}
                if not self._covers(ends, condition):
                    return False
                region.results = tuple(self._results(ends, condition))
        finally:
            context.loops, context.frame.names = outer, dict(self.before)
        self._write(region.close())
        return True

    def _bind(self, arguments: Iterator[Value]) -> None:
        """Gives the names their carried values, and remembers where the values come from."""
        context, facts = self.context, self.context.facts
        if self.over is not None:
            turn = next(arguments)
            facts.ranges[turn] = (0, self.over.count - 1)
            self._carry(turn, ())
        for name in self.bound.keys() & self.before.keys() - self.sketches.keys():
            context.frame.names[name] = self.after.get(
                name, Unclear("which is bound anew in each turn", self.bound[name])
            )
        for name, one in self.sketches.items():
            values = [next(arguments) for _ in slots(one)]
            origin = raw_values(self.before.get(name, POISON)) + self.yielded.get(name, ())
            for value in values:
                self._carry(value, origin)
            if name not in self.late:
                context.frame.names[name] = rebuild(one, iter(values))

    def _carry(self, value: Value, origin: tuple[Value, ...]) -> None:
        self.context.facts.record(value, Definition("carried", origin, self.node.header))
        if value.label.knowledge is Knowledge.STATIC:
            self.context.facts.carriers[value] = self.rolled

    def _run(self, arguments: tuple[Value, ...]) -> None:
        if isinstance(self.node, tree.For) and self.over is not None:
            over = self.over
            _turn(self.context, self.node, lambda: over.turn(arguments[0]))
        else:
            self.context.run(self.context, self.node.body)

    # --- the fix-point ------------------------------------------------------------------------------------------

    def _covers(self, ends: dict[str, Meaning], condition: Array | None) -> bool:
        """Whether what a turn gives back fits what the turn was given. Widens the sketches if not."""
        turns = STATIC if condition is None or self.entry is None else join((self.entry.label, condition.label))
        self._refuse_endless(condition)
        wider = {}
        for name in [*self.carried, *self.late]:
            if name in self.after:
                continue
            one = self._joined(name, ends[name], turns)
            if one is None:
                self.sketches.pop(name, None)
                return False
            self.yielded[name] = raw_values(ends[name])
            wider[name] = one
        stable = wider == self.sketches
        self.sketches = wider
        return stable

    def _joined(self, name: str, end: Meaning, turns: Label) -> Sketch | None:
        """The sketch that holds what comes in and what a turn gives; None if there is none, noted in `after`."""
        if isinstance(end, Unclear | Poison):
            self.after[name] = end if name in self.late else POISON
            if isinstance(end, Unclear) and name not in self.late:
                self.broken.append(unclear_name(self.bound[name], name, end.problem, end.span))
            return None
        try:
            given = self.sketches.get(name)
            one = sketch(end) if given is None else joined_sketch(self.context, given, sketch(end), widen=True)
        except MismatchError as error:
            self.after[name] = POISON
            self.broken.append(changes_from_turn_to_turn(self.bound[name], name, str(error), self.node.header))
            return None
        return relabelled(one, lambda label: join((label, turns)))

    def _refuse_endless(self, condition: Array | None) -> None:
        if condition is None or condition.label.knowledge is not Knowledge.STATIC:
            return
        if self.context.static(condition.value) is not None and not self.context.facts.rolled(condition.value):
            raise wrong(
                self.node.header,
                "this loop never ends",
                expected="a condition that a turn can change",
                found="a condition that is True in every turn",
                remedy="change a name of the condition in the body, or run a fixed number of turns with `for`",
            )

    # --- the IR -------------------------------------------------------------------------------------------------

    def _results(self, ends: dict[str, Meaning], condition: Array | None) -> Iterator[Value]:
        if condition is not None:
            yield condition.value
        for name, one in self.sketches.items():
            yield from flatten(self.context, ends[name], one)

    def _write(self, body: Region) -> None:
        context = self.context
        initial: list[Value] = []
        for name, one in self.sketches.items():
            first = zeros(context, one) if name in self.late else flatten(context, self.before[name], one)
            initial += first
        if self.over is not None:
            results = context.builder.loop(self.over.count, initial, body)
        else:
            assert self.entry is not None
            results = context.builder.while_(self.entry.value, initial, body)
        ends = body.results[len(body.results) - len(initial) :]
        for result, start, end in zip(results, initial, ends, strict=True):
            context.facts.record(result, Definition("loop", (start, end), self.node.header))
        values = iter(results)
        for name, place in self.bound.items():
            if name in self.before or self.over is None:
                context.frame.names[name] = Unclear("which a loop binds that may take no turn", place)
        context.frame.names.update(self.after)
        for name, one in self.sketches.items():
            bind(context, name, rebuild(one, values))
