"""Programs and what comes of running them: the thin layer that the API and the command share."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter, time_ns
from typing import Any

from .compiler.diagnostics import CompileError, Diagnostic, Severity, render
from .compiler.ir.evaluate import evaluate
from .compiler.ir.program import Program as Elaborated
from .compiler.passes import describe_data
from .compiler.passes.choose_shares import choose_shares
from .compiler.passes.expand_protocol import PROTOCOLS
from .compiler.passes.list_matchings import list_matchings
from .compiler.passes.report_overflow import Report as Ranges
from .compiler.pipeline import declare, elaborate, limit_inputs, lower, report_ranges
from .compiler.report.explain import Explanation, explain
from .compiler.report.picture_network import to_networkx
from .compiler.source import Source
from .compiler.stages import Stage, Watch, timed, unwatched
from .compiler.syntax.parser import parse
from .compiler.target import LOOPBACK, NETWORKS, PREPROCESSINGS, Network, Target, add_dealer, place_roles
from .explained import Explained
from .runtime.alignment.align import align_in_clear
from .runtime.alignment.base import SIDES
from .runtime.data.assign import Assigned, assign_some_sources, assign_sources
from .runtime.data.limits import check_limits
from .runtime.data.owner import Facts, Kept, Own, count_members, member_name, read_own
from .runtime.data.readers import Array
from .runtime.data.results import Revealed, decode_outputs
from .runtime.data.shares import Manifest, check_same_run, prepare_shares
from .runtime.data.sizes import Found, bind_sizes
from .runtime.data.unique import check_unique
from .runtime.errors import InputError, UsageError
from .runtime.graph.alignments import Matching, order_input
from .runtime.graph.file import digest, to_bytes
from .runtime.graph.nodes import DEALER, ROLE_EVERYONE, Declaration, Graph
from .runtime.local import LocalParty, LocalRun, Watcher, run_local
from .runtime.memory import peaks
from .runtime.profile import Profile
from .runtime.randomness.fresh import fresh_arrangement
from .runtime.transport.shaped import Shape

_FEW = 10
"""What a size is taken to be that is not known where ranges are looked at: what overflows then does for any data."""

_QUIET = Watcher()

_NOBODY = "everyone"
"""Under this name a program without roles shows what it reveals."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a program is compiled and run: what the command's options of the same names say."""

    protocol: str = "rep3"
    optimize: int = 2
    network: Network = NETWORKS["lan"]
    sizes: Mapping[str, int] = field(default_factory=dict)
    shares: Path = Path("shares")
    preprocessing: str | None = None
    """Who prepares correlated randomness; None leaves it to the protocol."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run cost: rounds, bytes by party, seconds by phase."""

    protocol: str
    nodes: tuple[str, ...]
    rounds: int
    bytes_sent: dict[str, int]
    seconds: dict[str, float]
    offline_bytes: dict[str, int] = field(default_factory=dict)
    """What each party sent before the first round: keys, comparisons, correlated randomness."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was run, what it was to cost, and what each party measured of it."""

    graph: Graph
    explanation: Explanation
    profiles: tuple[Profile, ...]
    memory: tuple[int, ...]
    """The most bytes that each party's values took at one time."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run revealed: `outputs` by role and name. `result["name"]` is a value that everybody learnt.

    `measured` is there after a run that was to be profiled.
    """

    outputs: dict[str, dict[str, Revealed]]
    public: dict[str, Revealed]
    report: Report
    measured: Measured | None = None

    def __getitem__(self, name: str) -> Any:
        if name in self.public:
            return self.public[name]
        roles = [role for role, values in self.outputs.items() if name in values]
        if roles:
            raise KeyError(f"{name!r} is revealed to {', '.join(roles)} only: read result.outputs[{roles[0]!r}]")
        raise KeyError(f"nothing is revealed as {name!r}; revealed to all: {', '.join(self.public) or 'nothing'}")


class RangeWarning(UserWarning):
    """Something in a program may overflow: the message says where, and for which inputs it does not."""


class Program:
    """A program. Its syntax and declarations are right, and where data binds no size, so is all the rest."""

    def __init__(self, source: Source, options: Options, watch: Watch = unwatched) -> None:
        self.source = source
        self.watch = watch
        self._module = timed(watch, parse, source)
        self._declared = declare(self._module)
        self._inputs = describe_data.declared_inputs(self._declared)
        self.options = options
        self._told: set[Diagnostic] = set()
        self._last: tuple[dict[str, int], Elaborated, Ranges] | None = None
        if not set(options.sizes) <= set(self._declared.sizes):
            known = elaborate(self._module, options.sizes).sizes
            for name in options.sizes:
                if name not in known:
                    raise UsageError(f"the program has no size {name!r}; its sizes are: {', '.join(known) or 'none'}")
        if set(options.sizes) >= set(self._declared.sizes):
            self.check()

    @property
    def fraction_bits(self) -> int:
        """The fraction bits of this program's `fixed`."""
        return self._declared.fraction_bits

    def check(self) -> None:
        """Elaborates the program, with made-up sizes where none are known. Raises `CompileError`."""
        missing = [name for name in self._declared.sizes if name not in self.options.sizes]
        if missing:
            elaborate(self._module, self.options.sizes)
        self._elaborated({**self.options.sizes, **dict.fromkeys(missing, _FEW)})

    @property
    def graph(self) -> Any:
        """The protocol graph as a `networkx.MultiDiGraph`; sizes that data would bind must have been given."""
        return to_networkx(self.graph_for(self.options.sizes))

    def graph_for(self, sizes: Mapping[str, int]) -> Graph:
        """The protocol graph for these sizes."""
        return self.stages_for(sizes)[0]

    def stages_for(self, sizes: Mapping[str, int]) -> tuple[Graph, list[tuple[str, Elaborated]]]:
        """The protocol graph for these sizes, and the IR on the way there: as elaborated, and after each pass."""
        _require(sizes, self._declared.sizes)
        program, ranges = self._elaborated(sizes)
        _require(sizes, program.sizes)
        stages = [("elaborate", program)]

        def watch(stage: Stage) -> None:
            self.watch(stage)
            if isinstance(stage.made, Elaborated):
                stages.append((stage.name, stage.made))

        return lower(program, self._target(program.roles), watch, ranges), stages

    def before_choosing(self, sizes: Mapping[str, int]) -> tuple[Elaborated, Target]:
        """The IR for these sizes that kinds of shares are chosen for, and the target that they are chosen for."""
        _, stages = self.stages_for(sizes)
        chosen = [name for name, _ in stages].index(choose_shares.__name__)
        before = stages[chosen - 1][1]
        return before, self._target(before.roles)

    def _elaborated(self, sizes: Mapping[str, int]) -> tuple[Elaborated, Ranges]:
        """The program in IR, and what is known of its numbers; what was asked last is kept. Warns, once, of what may
        overflow, and raises `CompileError` for what surely does."""
        if self._last is not None and self._last[0] == sizes:
            return self._last[1:]
        program = timed(self.watch, elaborate, self._module, sizes)
        ranges = timed(self.watch, report_ranges, program)
        if any(each.severity is Severity.ERROR for each in ranges.diagnostics):
            raise CompileError(ranges.diagnostics)
        for each in ranges.diagnostics:
            if each not in self._told:
                self._told.add(each)
                warnings.warn(RangeWarning(render(each)), stacklevel=3)
        self._last = dict(sizes), program, ranges
        return program, ranges

    def explain(self, /, **inputs: object) -> Explained:
        """What each party learns and what each line costs. Sizes are those of the inputs, or given beforehand."""
        return Explained(self.explanation_for(self.sizes_of(inputs)))

    def explanation_for(self, sizes: Mapping[str, int]) -> Explanation:
        """What each party learns and what each line costs, for these sizes."""
        graph, stages = self.stages_for(sizes)
        matchings = list_matchings(stages[0][1], self._target(stages[0][1].roles))
        hiding = self._hiding(sizes) if matchings else None
        return explain(graph, stages, self._inputs, self.options.network, peaks(graph), matchings, hiding)

    def _hiding(self, sizes: Mapping[str, int]) -> Graph | None:
        """The graph if no join told how many keys match; None where the protocol has no such joins."""
        program = elaborate(self._module, sizes, hides_sizes=True)
        try:
            return lower(program, self._target(program.roles))
        except CompileError:
            return None

    def sizes_of(self, given: Mapping[str, object], folder: Path | None = None) -> dict[str, int]:
        """The sizes that inputs bind, besides those given by hand; nothing is required of inputs that are not there."""
        sources = assign_some_sources(self._inputs, given, folder)
        counts = count_members(sources)
        arrays, facts = read_own([_own(source, counts) for source in sources])
        sizes = self._bind(facts.found, counts)
        if not set(sizes) >= set(self._declared.sizes):
            return sizes
        known = [one for one in self._matchings(sizes) if set(arrays) >= {*one.keys[0], *one.keys[1]}]
        return sizes | align_in_clear(known, arrays, partial(_check_keys, sources)).matched

    def run(self, /, **inputs: object) -> Result:
        """Runs the program, every party a process of its own on this machine.

        Inputs are scalars, lists, NumPy, pandas, Polars and Arrow objects, paths, or text as after `--input NAME=`;
        that of a `parties` role has one row for each member, or is given as `**{"bids[0]": ..., "bids[1]": ...}`.
        """
        return self.run_local(inputs)

    def run_local(
        self,
        given: Mapping[str, object],
        folder: Path | None = None,
        watcher: Watcher = _QUIET,
        network: Network | None = None,
        profiled: bool = False,
    ) -> Result:
        """Runs the program on inputs by name, and on files of a folder for those that are not given.

        With a `network`, messages take as long as over it; a `profiled` run measures what each step takes.
        """
        sources = assign_sources(self._inputs, given, folder)
        counts = count_members(sources)
        target = self._target(self._roles(counts))
        parties = [
            LocalParty(
                name, partial(read_own, self._tasks(sources, counts, target, party)), partial(_check_keys, sources)
            )
            for party, name in enumerate(target.parties)
        ]
        shape = None if network is None else Shape(network.round_trip / 2000, network.bandwidth * 1e6 / 8)
        stages: list[tuple[str, Elaborated]] = []
        compile, plan = partial(self._compile, counts, stages), partial(self._plan, counts)
        run = run_local(parties, compile, watcher, shape, profiled, plan)
        self._keep(run)
        seen = [result.outputs for result in run.results]
        public = seen[0].get(ROLE_EVERYONE, {})
        outputs = {role: {**public, **seen[party].get(role, {})} for role, party in target.roles.items()}
        sent = {name: result.bytes_sent for name, result in zip(target.parties, run.results, strict=True)}
        prepared = {name: result.setup_bytes for name, result in zip(target.parties, run.results, strict=True)}
        report = Report(target.protocol, target.parties[: target.nodes], run.rounds, sent, run.seconds, prepared)
        result = _result(run.graph.outputs, outputs or {_NOBODY: public}, public, report)
        profiles = tuple(each.profile for each in run.results if each.profile is not None)
        if not profiles:
            return result
        matchings = list_matchings(stages[0][1], target)
        explanation = explain(run.graph, stages, self._inputs, network or LOOPBACK, peaks(run.graph), matchings)
        memory = tuple(each.peak_bytes for each in run.results)
        return replace(result, measured=Measured(run.graph, explanation, profiles, memory))

    def evaluate(self, given: Mapping[str, object], folder: Path | None = None) -> Result:
        """The reference interpreter on the same inputs: no protection, one process."""
        begin = perf_counter()
        stored = [each.table or each.name for each in self._inputs if each.shares]
        if stored and stored[0] not in given:
            raise InputError(
                f"input {stored[0]!r} comes from shares, which nobody can read in the clear: "
                f"say what it holds with --input {stored[0]}=SOURCE"
            )
        sources = assign_sources([replace(each, shares=False) for each in self._inputs], given, folder)
        counts = count_members(sources)
        arrays, facts = read_own([_own(source, counts) for source in sources])
        read = perf_counter()
        sizes = self._bind(facts.found, counts)
        aligned = align_in_clear(self._matchings(sizes), arrays, partial(_check_keys, sources))
        program, ranges = self._elaborated(sizes | aligned.matched)
        check_limits(limit_inputs(program, ranges), arrays)
        program = replace(program, roles=program.roles or (_NOBODY,))
        compiled = perf_counter()
        joined = {(name, side): aligned.inputs[order_input(name, side)] for name in aligned.matched for side in SIDES}
        outputs = evaluate(program, arrays, joined=joined, arrange=fresh_arrangement).by_role
        end = perf_counter()
        seconds = {"compile": compiled - read, "offline": 0.0, "online": end - compiled, "total": end - begin}
        everything = {name: array for values in outputs.values() for name, array in values.items()}
        report = Report("clear", (), 0, {}, seconds)
        return _result(describe_data.outputs(program), outputs, everything, report)

    # --- steps ----------------------------------------------------------------------------------------------------

    def _roles(self, counts: Mapping[str, int]) -> list[str]:
        roles: list[str] = []
        for role, is_many in self._declared.parties.items():
            if is_many:
                members = counts.get(role, self.options.sizes.get(f"len({role})"))
                if members is None:
                    raise InputError(f"how many {role} there are is not known: give --size 'len({role})=N'")
                roles += [member_name(role, member) for member in range(members)]
            else:
                roles.append(role)
        return roles

    def _target(self, roles: Sequence[str]) -> Target:
        options = self.options
        protocol = PROTOCOLS[options.protocol]
        if options.preprocessing and not protocol.needs_preprocessing:
            raise UsageError(f"{options.protocol} needs no preprocessing: leave --preprocessing out")
        nodes = protocol.nodes_for(len(roles))
        parties, places = place_roles(roles, nodes)
        preprocessing = (options.preprocessing or PREPROCESSINGS[0]) if protocol.needs_preprocessing else ""
        everyone = add_dealer(parties) if preprocessing == DEALER else parties
        return Target(options.protocol, everyone, nodes, places, options.optimize, options.network, preprocessing)

    def _bind(self, found: Iterable[Found], counts: Mapping[str, int]) -> dict[str, int]:
        by_hand = {**{f"len({role})": count for role, count in counts.items()}, **self.options.sizes}
        return bind_sizes(found, by_hand)

    def _compile(
        self,
        counts: Mapping[str, int],
        stages: list[tuple[str, Elaborated]],
        facts: list[object],
        matched: Mapping[str, int],
    ) -> bytes:
        """The graph for the sizes that the parties tell; `stages` takes up the IR on the way there."""
        told = _facts(facts)
        by_name: dict[str, list[Manifest]] = {}
        for one in told:
            for manifest in one.manifests:
                by_name.setdefault(manifest.name, []).append(manifest)
        for manifests in by_name.values():
            check_same_run(manifests)
        sizes = self._bind((found for one in told for found in one.found), counts)
        graph, made = self.stages_for({**sizes, **matched})
        stages += made
        return to_bytes(graph)

    def _plan(self, counts: Mapping[str, int], facts: list[object]) -> tuple[Matching, ...]:
        """What the parties align before they compile, for the sizes that they tell."""
        return self._matchings(self._bind((found for one in _facts(facts) for found in one.found), counts))

    def _matchings(self, sizes: Mapping[str, int]) -> tuple[Matching, ...]:
        """The joins whose keys their owners hold."""
        if not any(each.table and each.role for each in self._inputs):
            return ()
        program = timed(self.watch, elaborate, self._module, sizes)
        return list_matchings(program, self._target(program.roles))

    def _tasks(
        self, sources: Iterable[Assigned], counts: Mapping[str, int], target: Target, party: int
    ) -> tuple[Own | Kept, ...]:
        """What one party reads: inputs of the roles that sit there, public inputs, and at a node kept shares."""
        mine = {role for role, place in target.roles.items() if place == party}
        tasks: list[Own | Kept] = []
        for source in sources:
            whole = _own(source, counts)
            role = source.declarations[0].role
            members = tuple(member for member in whole.members if member_name(role, member) in mine)
            is_public = role == ROLE_EVERYONE and party not in target.dealers
            if members or role in mine or is_public:
                tasks.append(Own(source, whole.owner, members))
        if party < target.nodes:
            shares = self.options.shares
            tasks += [Kept(shares, each, target.protocol, party, target.nodes) for each in self._stored()]
        return tuple(tasks)

    def _stored(self) -> list[Declaration]:
        """The kept arrays that the program reads: inputs from shares, and for tables their valid bits."""
        stored = [each for each in self._inputs if each.shares]
        tables = {each.valid: each for each in stored if each.valid}
        bits = [
            replace(each, name=name, kind="bool", bits=1, labels=(), dimensions=each.dimensions[:1], scale=0)
            for name, each in tables.items()
        ]
        return stored + bits

    def _keep(self, run: LocalRun) -> None:
        """Writes what the run saved, all of it or nothing."""
        kept = [each for each in run.graph.outputs if each.shares]
        if not kept:
            return
        program, when = digest(run.graph), f"{time_ns():x}"
        shares = []
        for node, result in enumerate(run.results[: run.graph.nodes]):
            for each in kept:
                manifest = Manifest(
                    each.name,
                    each.kind,
                    each.bits,
                    each.scale,
                    each.labels,
                    shape=tuple(size for size in each.dimensions if isinstance(size, int)),
                    protocol=run.graph.protocol,
                    program=program,
                    run=when,
                    node=node,
                    nodes=run.graph.nodes,
                    party=run.graph.parties[node],
                )
                parts = {name: array for name, array in result.kept.items() if name.rpartition("/")[0] == each.name}
                shares.append((manifest, parts))
        prepare_shares(self.options.shares, shares).commit()


def _facts(told: Iterable[object]) -> list[Facts]:
    return [one for one in told if isinstance(one, Facts)]


def _require(sizes: Mapping[str, int], names: Iterable[str]) -> None:
    """Raises `UsageError` for a size that nothing tells."""
    for name in names:
        if name not in sizes:
            given = f"--size {name}=N" if name.isidentifier() else f"--size '{name}=N'"
            raise UsageError(f"no data tells the size {name!r}: give it with {given}")


def _check_keys(sources: Iterable[Assigned], name: str, keys: Array) -> None:
    """Refuses a key column in which a key stands twice, where its owner finds it."""
    for one in sources:
        for declared in one.declarations:
            if declared.name == name:
                check_unique(declared, keys, one.source)


def _own(source: Assigned, counts: Mapping[str, int]) -> Own:
    """The task of reading a source as a whole, for whoever may."""
    declared = source.declarations[0]
    if not declared.each:
        return Own(source, declared.role)
    everybody = tuple(range(counts[declared.role])) if source.member is None else (source.member,)
    return Own(source, declared.role, everybody)


def _result(
    declared: Sequence[Declaration],
    outputs: Mapping[str, Mapping[str, Array]],
    public: Mapping[str, Array],
    report: Report,
) -> Result:
    decoded = {
        role: decode_outputs([each for each in declared if each.role in (role, ROLE_EVERYONE)], arrays)
        for role, arrays in outputs.items()
    }
    for_all = [each for each in declared if each.role == ROLE_EVERYONE]
    return Result(decoded, decode_outputs(for_all, public), report)
