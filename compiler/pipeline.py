"""The list of stages, in order, and nothing else. In: a program's tree, sizes and a target. Out: a protocol graph."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..runtime.graph.nodes import Declaration, Graph
from .diagnostics import CompileError, Severity, in_order
from .ir.program import Operation, Program
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
from .passes.ranges.guard_inputs import guard_inputs
from .passes.ranges.report_overflow import Report, report_overflow
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
from .semantics.declarations import Declarations, declarations
from .semantics.elaborate import Elaborated
from .semantics.elaborate import elaborate as elaborated
from .source import Source
from .stages import Watch, timed, unwatched
from .syntax.parser import parse_partially
from .syntax.tree import Module
from .target import Target

Pass = Callable[[Program], Program]

SIMPLIFY: dict[int, tuple[Pass, ...]] = {
    0: (inline_calls,),
    1: (inline_calls, fold_constants, merge_common, drop_dead),
    2: (
        inline_calls,
        fold_constants,
        merge_common,
        drop_decided,
        fold_constants,
        hoist_invariant,
        merge_common,
        drop_dead,
        forward_updates,
        compare_early,
        vectorise_loops,
        skew_loops,
        fold_constants,
        merge_common,
        hoist_invariant,
        merge_common,
        drop_dead,
    ),
}
"""For each level of optimisation, what makes a program simpler without knowing what it is compiled for."""

SETTLE: dict[int, tuple[Pass, ...]] = {
    0: (),
    1: (delay_truncation, drop_dead),
    2: (delay_truncation, merge_common, drop_dead),
}
"""What relies on inputs being as small as their owners check."""

PROTECT: dict[int, tuple[Pass, ...]] = {
    0: (compute_in_clear,),
    1: (compute_in_clear, bound_ranges),
    2: (compute_in_clear, bound_ranges),
}
"""Who computes what, and what is known of the numbers, before `choose_shares` decides how what is secret is shared."""


def declare(module: Module) -> Declarations:
    """Roles, inputs and the names of sizes, before any data is read. Raises CompileError."""
    return declarations(module)


def elaborate(module: Module, sizes: Mapping[str, int], *, hides_sizes: bool = False) -> Program:
    """The program in IR for these sizes; missing ones are made up, for checking only. Raises CompileError.

    If it `hides_sizes`, its joins are those of a program that says `hide_size=True` everywhere.
    """
    return _elaborated(module, sizes, hides_sizes=hides_sizes).sound()


def ask(source: Source, sizes: Mapping[str, int]) -> Elaborated:
    """What is wrong with a text and what its names and expressions mean, also while somebody is writing the text.

    Lines that cannot be read are left out, and nothing is said of what follows from them alone.
    """
    parsed = parse_partially(source)
    found = _elaborated(parsed.module, sizes)
    if not parsed.diagnostics:
        return found
    return replace(found, program=None, diagnostics=in_order((*parsed.diagnostics, *found.diagnostics)))


def _elaborated(module: Module, sizes: Mapping[str, int], *, hides_sizes: bool = False) -> Elaborated:
    find = partial(find_module, folder=Path(module.source.path).parent)
    found = elaborated(module, sizes, find, hides_sizes=hides_sizes)
    if found.program is not None:
        verify(found.program)
    return found


def report_ranges(program: Program) -> Report:
    """What may overflow, told of the program as its author wrote it, and limits of inputs that exclude it."""
    for simplify in (inline_calls, drop_dead):
        program = simplify(program)
    return report_overflow(program)


def limit_inputs(program: Program, report: Report) -> tuple[Declaration, ...]:
    """The inputs of a program with the limits that its ranges give them."""
    return describe_data.inputs(guard_inputs(program, report))


def lower(program: Program, target: Target, watch: Watch = unwatched, report: Report | None = None) -> Graph:
    """The graph that the parties run. Each pass is followed by a check of what it ensures.

    `report` is what `report_ranges` told of the program, where it has been asked before. Raises CompileError.
    """
    report = report or timed(watch, report_ranges, program)
    if any(each.severity is Severity.ERROR for each in report.diagnostics):
        raise CompileError(report.diagnostics)
    known: set[Operation] = set()
    for simplify in SIMPLIFY[target.optimize]:
        program = timed(watch, simplify, program)
        timed(watch, verify, program, known)
    program = timed(watch, guard_inputs, program, report)
    timed(watch, verify, program, known)
    for settle in SETTLE[target.optimize]:
        program = timed(watch, settle, program)
        timed(watch, verify, program, known)
    for protect in PROTECT[target.optimize]:
        program = timed(watch, protect, program)
        timed(watch, verify_shared, program, known)
    program = timed(watch, require_capabilities, program, target)
    program = timed(watch, choose_shares, program, target)
    timed(watch, verify_shared, program, known)
    graph = timed(watch, expand_protocol, program, target)
    if target.optimize == 2:
        graph = timed(watch, overlap_turns, graph)
    return timed(watch, batch_rounds, graph) if target.optimize else graph
