"""Programs as the API and the command use them: checked, compiled, explained, run, evaluated."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from time import perf_counter, time_ns
from typing import Any

import numpy as np

from .compilation import Compilation, Options
from .compiler.compiled import Compiled
from .compiler.diagnostics import Diagnostic
from .compiler.ir.evaluate import evaluate
from .compiler.ir.operations.row import Trait
from .compiler.ir.operations.table import row_of
from .compiler.ir.program import Program as Elaborated
from .compiler.ir.rewrite import walk
from .compiler.passes.lowering import describe_data
from .compiler.passes.lowering.list_matchings import list_matchings
from .compiler.pipeline import limit_inputs
from .compiler.report.explain import Explanation, explain
from .compiler.report.picture.network import to_networkx
from .compiler.source import Source
from .compiler.stages import Watch, unwatched
from .compiler.target import LOOPBACK, Network, Target
from .explained import Explained
from .results import Measured, Report, Result, result_of
from .runtime.alignment.base import SIDES
from .runtime.alignment.unique import check_keys
from .runtime.available import address_space, free_memory
from .runtime.data.assign import Assigned, assign_some_sources, assign_sources
from .runtime.data.limits import check_limits
from .runtime.data.owner import count_members, read_own
from .runtime.data.sources.readers import Array
from .runtime.errors import InputError, MemoryShortage
from .runtime.graph.alignments import Matching, order_input
from .runtime.graph.later import later
from .runtime.graph.nodes import ROLE_EVERYONE, Graph, Place, audience
from .runtime.local.nursery import Nursery
from .runtime.local.run_local import LocalRun, run_local
from .runtime.plan.fit_memory import REMEDY, size_text
from .runtime.plan.memory import peaks
from .runtime.randomness.fresh import fresh_arrangement
from .runtime.run.watcher import UNWATCHED, Watcher
from .runtime.transport.shaped import Shape
from .session import Session, begin, keep, own
from .warn import warns

_align = later("tacit.runtime.alignment.align")


_NOBODY = "everyone"
"""The name under which a program without roles shows what it reveals."""


class Program:
    """A program. Its syntax and declarations are right. If no data binds a size, the rest is right too.

    `graph`, `check`, `explain` and `run` warn their caller of what may overflow, each time only of what is new. All
    other methods leave the `diagnostics` to whoever calls them, as commands do.
    """

    def __init__(self, source: Source, options: Options, watch: Watch = unwatched) -> None:
        self.compilation = Compilation(source, options, watch)
        self.warned: set[Diagnostic] = set()

    @property
    def source(self) -> Source:
        """The program's text."""
        return self.compilation.source

    @property
    def fraction_bits(self) -> int:
        """The fraction bits of this program's `fixed`."""
        return self.compilation.declared.fraction_bits

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What may go wrong while the program runs, as far as it has been compiled. Each warning comes once."""
        return self.compilation.diagnostics

    @property
    @warns
    def graph(self) -> Any:
        """The protocol graph as a `networkx.MultiDiGraph`. Sizes that data would bind must have been given."""
        return to_networkx(self.graph_for(self.compilation.options.sizes))

    @warns
    def check(self) -> None:
        """Elaborates the program, with made-up sizes where none are known. Raises `CompileError`."""
        self.compilation.check()

    def graph_for(self, sizes: Mapping[str, int]) -> Graph:
        """The protocol graph for these sizes."""
        return self.compiled_for(sizes).graph

    def compiled_for(self, sizes: Mapping[str, int], watch: Watch = unwatched) -> Compiled:
        """The program compiled for these sizes. `watch` hears what lowering makes of it, as the program's own watch
        does."""
        return self.compilation.compiled_for(sizes, watch)

    def explanation_for(self, sizes: Mapping[str, int]) -> Explanation:
        """What each party learns and what each line costs, for these sizes."""
        return self.compilation.explanation_for(sizes)

    @warns
    def explain(self, /, **inputs: object) -> Explained:
        """What each party learns and what each line costs. Sizes come from the inputs, or were given to `compile`."""
        return Explained(self.explanation_for(self.sizes_of(inputs)))

    def sizes_of(self, given: Mapping[str, object], folder: Path | None = None) -> dict[str, int]:
        """The sizes that inputs bind, and those given by hand. Inputs may be missing.

        Reads the inputs in this process, and matches keys in the clear where both sides of a join are there.
        """
        compilation = self.compilation
        sources = assign_some_sources(compilation.inputs, given, folder)
        counts = count_members(sources)
        arrays, facts = read_own([own(source) for source in sources])
        sizes = compilation.bind(facts.found, counts)
        if not set(sizes) >= set(compilation.declared.sizes):
            return sizes
        known = [one for one in compilation.matchings(sizes) if set(arrays) >= {*one.keys[0], *one.keys[1]}]
        return sizes | _aligned(known, arrays, sources)[0]

    @warns
    def run(self, /, **inputs: object) -> Result:
        """Runs the program, with every party as a process of its own on this machine.

        Inputs are scalars, lists, NumPy, pandas, Polars and Arrow objects, paths, or text as after `--input NAME=`. An
        input of a `parties` role has one row for each member, or is given as `**{"bids[0]": ..., "bids[1]": ...}`.
        """
        return self.run_local(inputs)

    def run_local(
        self,
        given: Mapping[str, object],
        folder: Path | None = None,
        watcher: Watcher = UNWATCHED,
        network: Network | None = None,
        profiled: bool = False,
        nursery: Nursery | None = None,
    ) -> Result:
        """Runs the program on inputs by name, and on files of a folder for inputs that are not given.

        With a `network`, messages take as long as over this network. A `profiled` run measures what each step takes. If
        a `nursery` is given, the parties come from it, and it ends with the run.
        """
        session = begin(self.compilation, assign_sources(self.compilation.inputs, given, folder))
        parties = [session.party(party) for party in range(len(session.target.parties))]
        shape = None if network is None else Shape(network.round_trip / 2000, network.bandwidth * 1e6 / 8)
        run = run_local(parties, session.settle, watcher, shape, profiled, nursery)
        kept = {node: result.kept for node, result in enumerate(run.results[: run.graph.nodes])}
        keep(self.compilation.options.shares, run.graph, kept, f"{time_ns():x}")
        result = _result(run, session.target)
        return replace(result, measured=_measured(run, session, network or LOOPBACK)) if profiled else result

    def evaluate(self, given: Mapping[str, object], folder: Path | None = None) -> Result:
        """Runs the reference interpreter on the same inputs: without protection, in one process."""
        started, inputs = perf_counter(), self.compilation.inputs
        stored = [each.table or each.name for each in inputs if each.shares]
        if stored and stored[0] not in given:
            raise InputError(
                f"input {stored[0]!r} comes from shares, which nobody can read in the clear: "
                f"say what it holds with --input {stored[0]}=SOURCE"
            )
        sources = assign_sources([replace(each, shares=False) for each in inputs], given, folder)
        counts = count_members(sources)
        arrays, facts = read_own([own(source) for source in sources])
        read = perf_counter()
        sizes = self.compilation.bind(facts.found, counts)
        matchings = self.compilation.matchings(sizes)
        matched, orders = _aligned(matchings, arrays, sources)
        program, ranges = self.compilation.elaborated(sizes | matched)
        check_limits(limit_inputs(program, ranges), arrays)
        _require_memory(program)
        program = replace(program, roles=program.roles or (_NOBODY,))
        compiled = perf_counter()
        joined = {
            (name, side): orders[order_input(name, side)] for name in (one.name for one in matchings) for side in SIDES
        }
        outputs = evaluate(program, arrays, joined=joined, arrange=fresh_arrangement).by_role
        end = perf_counter()
        seconds = {"compile": compiled - read, "offline": 0.0, "online": end - compiled, "total": end - started}
        everything = {name: array for values in outputs.values() for name, array in values.items()}
        report = Report("clear", (), 0, {}, seconds)
        return result_of(describe_data.outputs(program), outputs, everything, report)


def _require_memory(program: Elaborated) -> None:
    """Raises `MemoryShortage` if this machine cannot hold the largest array that the interpreter computes."""
    made = [
        (value.type.size * np.dtype(value.type.dtype).itemsize, operation.span)
        for operation in walk(program.body)
        if row_of(operation).has(Trait.ELEMENTWISE) and not row_of(operation).has(Trait.SAME)  # others may give views
        for value in operation.results
    ]
    size, span = max(made, key=itemgetter(0), default=(0, None))
    free = min((each for each in (free_memory(), address_space()) if each is not None), default=None)
    if span is not None and free is not None and size > free:
        place = Place(span.source.name, span.line, span.column, span.end_line, span.end_column)
        needs = f"this takes {size_text(size)}, and this process can get {size_text(free)}"
        raise MemoryShortage(f"{needs}: {REMEDY}", place)


def _aligned(
    matchings: Sequence[Matching], arrays: Mapping[str, Array], sources: Sequence[Assigned]
) -> tuple[dict[str, int], Mapping[str, Array]]:
    """How many keys match in each alignment, and the orders that join the tables. Needs all inputs in one place."""
    if not matchings:
        return {}, {}
    aligned = _align.align_in_clear(matchings, arrays, partial(check_keys, sources))
    return aligned.matched, aligned.inputs


def _result(run: LocalRun, target: Target) -> Result:
    """What all parties of a run learnt, and what the run cost."""
    seen = [result.outputs for result in run.results]
    public = seen[0].get(ROLE_EVERYONE, {})
    outputs = {role: {**public, **seen[party].get(audience(role), {})} for role, party in target.roles.items()}
    sent = {name: result.bytes_sent for name, result in zip(target.parties, run.results, strict=True)}
    prepared = {name: result.setup_bytes for name, result in zip(target.parties, run.results, strict=True)}
    aligned = {name: result.aligned_bytes for name, result in zip(target.parties, run.results, strict=True)}
    nodes = target.parties[: target.nodes]
    report = Report(target.protocol, nodes, run.rounds, sent, run.seconds, prepared, aligned)
    return result_of(run.graph.outputs, outputs or {_NOBODY: public}, public, report)


def _measured(run: LocalRun, session: Session, network: Network) -> Measured:
    """The predicted costs of a profiled run, and what its parties measured."""
    (compiled,) = session.made
    matchings = list_matchings(compiled.inlined, session.target)
    inputs = session.compilation.inputs
    explanation = explain(compiled, inputs, network, peaks(run.graph), matchings)
    profiles = tuple(each.profile for each in run.results if each.profile is not None)
    return Measured(run.graph, explanation, profiles, tuple(each.peak_bytes for each in run.results))
