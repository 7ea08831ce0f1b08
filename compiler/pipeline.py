"""The list of stages, in order, with the reason why each stands where it stands. In: a tree, sizes, a target.

Out: a `Compiled`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..runtime.graph.check import check
from ..runtime.graph.errors import LimitError
from ..runtime.graph.nodes import Declaration, Graph, Place
from .compiled import Compiled
from .diagnostics import CompileError, Diagnostic, has_errors, in_order
from .ir.program import Operation, Program
from .ir.rewrite import walk
from .ir.verify import verify, verify_shared
from .library import find_module
from .passes.loops.hoist_invariant import hoist_invariant
from .passes.loops.skew_loops import skew_loops
from .passes.loops.vectorise_loops import vectorise_loops
from .passes.lowering import describe_data
from .passes.lowering.expand_protocol import expand_protocol
from .passes.ranges.bound_ranges import bound_ranges
from .passes.ranges.delay_truncation import delay_truncation
from .passes.ranges.drop_decided import drop_decided
from .passes.ranges.fit_scales import fit_scales
from .passes.ranges.guard_growth import guard_growth
from .passes.ranges.guard_inputs import guard_inputs
from .passes.ranges.report_overflow import Report, report_overflow
from .passes.ranges.round_quotients import round_quotients
from .passes.ranges.write_limits import write_limits
from .passes.rounds.batch_rounds import batch_rounds
from .passes.rounds.overlap_turns import overlap_turns
from .passes.sharing.choose_shares import choose_shares
from .passes.sharing.compute_in_clear import compute_in_clear
from .passes.sharing.require_capabilities import require_capabilities
from .passes.simplify.compare_early import compare_early
from .passes.simplify.drop_dead import drop_dead
from .passes.simplify.fold_constants import fold_constants
from .passes.simplify.forward_updates import forward_updates
from .passes.simplify.inline_calls import inline_calls
from .passes.simplify.merge_common import merge_common
from .passes.simplify.share_quotients import share_quotients
from .semantics.declarations import Declarations, declarations
from .semantics.elaborate import Elaborated
from .semantics.elaborate import elaborate as elaborated
from .semantics.params import NOTHING_GIVEN, Given
from .source import Source, Span
from .stages import Watch, timed, unwatched
from .syntax.parser import parse_partially
from .syntax.tree import Module
from .target import Target

Pass = Callable[[Program], Program]

SIMPLIFY: dict[int, tuple[Pass, ...]] = {
    0: (),
    1: (
        # First: once calls are inlined, the numbers of literals, sizes and arguments meet. What is computed now need
        # not be merged or carried any further.
        fold_constants,
        # After folding, which makes equal what was written in different ways.
        merge_common,
        # Last: folding and merging leave behind what they replaced.
        drop_dead,
    ),
    2: (
        # First: branches and loops of one turn whose course is known become their bodies, and ranges see the numbers.
        fold_constants,
        # Before ranges are asked: a choice bounds what it chooses only where the comparison is of the very same value.
        merge_common,
        # As soon as ranges are sharp, and before loops change their form: later passes need not see what it decides.
        drop_decided,
        # Again: comparisons that were decided are constants now, which decide choices and branches.
        fold_constants,
        # After folding, so that nothing is moved out of a loop that turns out to have one turn.
        hoist_invariant,
        # Again: what has left a loop meets its equals outside, and those from other loops.
        merge_common,
        # Before loops are looked at closely: there a use that nobody needs makes turns wait for each other.
        drop_dead,
        # Before loops become wide: a read of what the same turn wrote makes turns wait for each other, too.
        forward_updates,
    ),
}
"""For each level of optimisation, what makes a program simpler without knowing what it is compiled for."""

# Between these two tables, at level 2, stands `compare_early`, which has the target's prices. It must come before loops
# become wide: it weighs rounds against the elements that one turn compares.

WIDEN: dict[int, tuple[Pass, ...]] = {
    0: (),
    1: (),
    2: (
        # Inner loops first, and before `skew_loops`, which is for loops that have to stay.
        vectorise_loops,
        # After `vectorise_loops`: nests whose turns need no order at all are better off as one operation.
        skew_loops,
        # Again, for what wide turns are made of: the places that they read and write are computed from constants.
        fold_constants,
        # Again: lanes of several operations read the same slices, at the same places.
        merge_common,
        # Again: what all diagonals have in common (the lanes' places, say) leaves the new loops.
        hoist_invariant,
        # Again: what has left a loop meets its equals outside.
        merge_common,
        # Last: turns that became wide, and values that are no longer carried, leave much behind.
        drop_dead,
    ),
}
"""For each level of optimisation, what makes wide operations of loops."""

# Between these two tables `guard_inputs` writes down which inputs are refused. `SETTLE` comes after that because its
# passes ask how large values are.

SETTLE: dict[int, tuple[Pass, ...]] = {
    0: (
        # First: as soon as inputs have their limits.
        write_limits,
    ),
    1: (
        # As above.
        write_limits,
        # After everything equal is one: quotients and remainders of the same values.
        share_quotients,
        # After everything equal is one and everything dead is gone: this pass moves only what is used once.
        delay_truncation,
        # After `delay_truncation`, which leaves behind the truncations that it moved.
        drop_dead,
    ),
    2: (
        # As above.
        write_limits,
        # After everything equal is one: quotients and remainders of the same values.
        share_quotients,
        # After everything equal is one and everything dead is gone: this pass moves only what is used once.
        delay_truncation,
        # Again: operations that took truncated numbers are written anew, on finer ones, and may be equal to others.
        merge_common,
        # Last: `delay_truncation` leaves behind the truncations that it moved.
        drop_dead,
    ),
}
"""Passes that rely on inputs being as small as their owners check."""

PROTECT: dict[int, tuple[Pass, ...]] = {
    0: (
        # After all passes that lower labels: who can compute what alone is decided once, on what is left.
        compute_in_clear,
    ),
    1: (
        # As above.
        compute_in_clear,
        # After every pass that makes values, because a new value has no bounds. `choose_shares` weighs by bounds, and
        # expansion builds circuits of their width.
        bound_ranges,
    ),
    2: (
        # As above.
        compute_in_clear,
        # As above.
        bound_ranges,
    ),
}
"""Passes that decide who computes what and find bounds of numbers, before `choose_shares` chooses kinds."""


def declare(module: Module, params: Given = NOTHING_GIVEN) -> Declarations:
    """Roles, inputs and the names of sizes, before any data is read. Raises CompileError."""
    return declarations(module, params)


def elaborate(
    module: Module, sizes: Mapping[str, int], *, hides_sizes: bool = False, params: Given = NOTHING_GIVEN
) -> Program:
    """The program in IR for these sizes, without calls. Sizes that are missing are made up, for checking only.

    If `hides_sizes`, each join of the program is built as if it said `hide_size=True`. Raises CompileError.
    """
    return _elaborated(module, sizes, hides_sizes=hides_sizes, params=params).sound()


def ask(source: Source, sizes: Mapping[str, int]) -> Elaborated:
    """What is wrong with a text, and what its names and expressions mean; also while somebody is writing the text.

    Lines that cannot be read are left out. What follows from such lines alone is not reported.
    """
    parsed = parse_partially(source)
    found = _elaborated(parsed.module, sizes)
    if not parsed.diagnostics:
        return found
    return replace(found, program=None, diagnostics=in_order((*parsed.diagnostics, *found.diagnostics)))


def _elaborated(
    module: Module, sizes: Mapping[str, int], *, hides_sizes: bool = False, params: Given = NOTHING_GIVEN
) -> Elaborated:
    find = partial(find_module, folder=Path(module.source.path).parent)
    found = elaborated(module, sizes, find, hides_sizes=hides_sizes, params=params)
    if found.program is None:
        return found
    known: set[Operation] = set()
    verify(found.program, known)
    program = inline_calls(found.program)
    verify(program, known)
    # Here, so that the program means the same in the clear: what is rounded down may come out otherwise for it.
    program = round_quotients(program)
    verify(program, known)
    # Before scales are chosen, which need bounds of what loops carry.
    if found.guards:
        program = guard_growth(program)
        verify(program, known)
    # Before anything else looks at the program: `--clear`, reports and lowering read one program at the same scales.
    program = _fit(program, guards=found.guards)
    verify(program, known)
    return replace(found, program=program)


def _fit(program: Program, *, guards: bool) -> Program:
    """The program at scales that fit: with a guard for each quotient where that lets inputs be larger."""
    fitted = fit_scales(program, guards=guards)
    if not (guards and fitted.is_assumed):
        return fitted.program
    report = report_ranges(fitted.program)
    if report.is_generous:
        return fitted.program
    tight = fit_scales(program, is_tight=True).program
    return tight if report_ranges(tight).is_better_than(report) else fitted.program


def report_ranges(program: Program) -> Report:
    """What may overflow in the program as its author wrote it, and limits of inputs that exclude overflow."""
    return report_overflow(drop_dead(program))


def limit_inputs(program: Program, report: Report) -> tuple[Declaration, ...]:
    """The inputs of a program, with the limits that the report of its ranges gives them."""
    return describe_data.inputs(guard_inputs(program, report))


def lower(program: Program, target: Target, watch: Watch = unwatched, report: Report | None = None) -> Compiled:
    """The program compiled for a target. `program` is a result of `elaborate`.

    A check follows each pass and tests what the pass ensures. The last check is the one that every party makes.
    `report` is what `report_ranges` gave for the program, if the caller has it. Raises CompileError.
    """
    report = report or timed(watch, report_ranges, program)
    if has_errors(report.diagnostics):
        raise CompileError(report.diagnostics)
    known: set[Operation] = set()
    shared = _until_shared(program, target, watch, report, known)
    # After all passes that make the program smaller or bound its numbers: the choice depends on what each way costs.
    kinds = timed(watch, choose_shares, shared, target)
    timed(watch, verify_shared, kinds, known)
    # From here on there are messages, which rules of the chosen kinds write.
    graph = timed(watch, expand_protocol, kinds, target)
    if target.optimize == 2:
        # Before rounds are batched: which half of a turn a message is in decides which round it can travel in.
        graph = timed(watch, overlap_turns, graph)
    if target.optimize:
        # Last: it gives every message its round, and a pass that moved a node afterwards could add a round.
        graph = timed(watch, batch_rounds, graph)
    try:
        # The check that every party makes before it runs a graph: a graph that all would refuse is not handed out.
        timed(watch, check, graph)
    except LimitError as error:
        raise CompileError([_too_large(error, graph, program)]) from None
    return Compiled(program, shared, kinds, graph)


def _until_shared(program: Program, target: Target, watch: Watch, report: Report, known: set[Operation]) -> Program:
    """The program before kinds of shares are chosen. `known` collects operations that `verify` has found right."""
    for simplify in SIMPLIFY[target.optimize]:
        program = timed(watch, simplify, program)
        timed(watch, verify, program, known)
    if target.optimize == 2:
        program = timed(watch, compare_early, program, target)
        timed(watch, verify, program, known)
    for widen in WIDEN[target.optimize]:
        program = timed(watch, widen, program)
        timed(watch, verify, program, known)
    program = timed(watch, guard_inputs, program, report)
    timed(watch, verify, program, known)
    for settle in SETTLE[target.optimize]:
        program = timed(watch, settle, program)
        timed(watch, verify, program, known)
    for protect in PROTECT[target.optimize]:
        program = timed(watch, protect, program)
        timed(watch, verify_shared, program, known)
    # After labels are least and dead code is gone: what nobody computes on shares needs no rule of the protocol.
    return timed(watch, require_capabilities, program, target)


def _too_large(error: LimitError, graph: Graph, program: Program) -> Diagnostic:
    """The diagnostic of a program that asks for more than a party takes."""
    place = graph.places[error.span] if error.span >= 0 else Place(program.name, 1, 1, 1, 1)
    sources = {each.span.source.name: each.span.source for each in walk(program.body)}
    source = sources.get(place.source, Source(place.source, place.source, ""))
    return Diagnostic(
        Span(source, place.line, place.column, place.end_line, place.end_column),
        "this program is too large for a party to run",
        found=str(error),
        remedy="run it on less data, or on one part of the data after the other",
    )
