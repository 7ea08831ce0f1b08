"""One run of a program: who reads what, what follows from the sizes that parties tell, and what is kept.

In: a compilation, and sources for inputs. Out: the arguments of `run_local` and `run_remote`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from .compilation import Compilation
from .compiler.compiled import Compiled
from .compiler.target import Target, base_name
from .runtime.alignment.unique import check_keys
from .runtime.data.assign import Assigned
from .runtime.data.owner import Facts, Kept, Own, count_members, read_own
from .runtime.data.shares import Manifest, check_same_run, prepare_shares
from .runtime.data.sources.readers import Array
from .runtime.graph.alignments import Matching
from .runtime.graph.file import GraphFile, digest, written
from .runtime.graph.nodes import ROLE_EVERYONE, Declaration, Graph
from .runtime.local.run_local import LocalParty


@dataclass(frozen=True, slots=True)
class Session:
    """A run. `counts` says how many members each `parties` role has. `made` receives the program once it is
    compiled."""

    compilation: Compilation
    sources: Sequence[Assigned]
    counts: Mapping[str, int]
    target: Target
    made: list[Compiled] = field(default_factory=list)

    def party(self, party: int) -> LocalParty:
        """How a party reads its inputs and checks keys to join on. The party does this in its own process."""
        read = partial(read_own, self._tasks(party))
        return LocalParty(self.target.parties[party], read, partial(check_keys, self.sources))

    def settle(self, facts: list[object]) -> "Settled":
        """The program for the sizes that the parties tell. Raises `InputError` for shares of different runs."""
        sizes = self.compilation.bind((found for one in _told(facts) for found in one.found), self.counts)
        matchings = self.compilation.matchings(sizes)
        _check_shares(facts)
        return Settled(self, sizes, matchings)

    def _tasks(self, party: int) -> tuple[Own | Kept, ...]:
        """What one party reads: inputs of the roles that sit on the party, public inputs, and at a node kept shares."""
        target = self.target
        mine = {base_name(role) for role, place in target.roles.items() if place == party}
        tasks: list[Own | Kept] = []
        for source in self.sources:
            role = source.declarations[0].role
            is_public = role == ROLE_EVERYONE and party not in target.dealers
            if role in mine or is_public:
                tasks.append(own(source))
        return (*tasks, *kept_tasks(self.compilation, target, party))


@dataclass(frozen=True, slots=True)
class Settled:
    """A session's program for the sizes that all parties have told. `matchings` come before the program is compiled."""

    session: Session
    sizes: Mapping[str, int]
    matchings: tuple[Matching, ...]

    def compile(self, matched: Mapping[str, int]) -> GraphFile:
        """The graph for so many matches of keys. Lowering has checked it."""
        compiled = self.session.compilation.compiled_for({**self.sizes, **matched})
        self.session.made.append(compiled)
        return written(compiled.graph)


def begin(compilation: Compilation, sources: Sequence[Assigned]) -> Session:
    """The session of a run on this machine, where every source is known."""
    counts = count_members(sources)
    return Session(compilation, sources, counts, compilation.target(compilation.roles(counts)))


def kept_tasks(compilation: Compilation, target: Target, party: int) -> list[Kept]:
    """The kept shares that a party reads. Only nodes read any."""
    if party >= target.nodes:
        return []
    folder = compilation.options.shares
    return [Kept(folder, each, target.protocol, party, target.nodes) for each in _stored(compilation.inputs)]


def own(source: Assigned) -> Own:
    """The task of reading a whole source."""
    return Own(source, source.declarations[0].role)


def keep(folder: Path, graph: Graph, kept: Mapping[int, Mapping[str, Array]], run: str) -> None:
    """Writes what a run saved, as the nodes in `kept` hold it: all of it or nothing. `run` is the same at all nodes."""
    saved = [each for each in graph.outputs if each.shares]
    if not saved:
        return
    program, shares = digest(graph), []
    for node, arrays in kept.items():
        for each in saved:
            manifest = Manifest(
                each.name,
                each.kind,
                each.bits,
                each.scale,
                each.labels,
                shape=tuple(size for size in each.dimensions if isinstance(size, int)),
                protocol=graph.protocol,
                program=program,
                run=run,
                node=node,
                nodes=graph.nodes,
                party=graph.parties[node],
                optional=bool(each.present),
            )
            parts = {name: array for name, array in arrays.items() if name.rpartition("/")[0] == each.name}
            shares.append((manifest, parts))
    prepare_shares(folder, shares).commit()


def _told(facts: Iterable[object]) -> list[Facts]:
    return [one for one in facts if isinstance(one, Facts)]


def _check_shares(facts: Iterable[object]) -> None:
    """Raises `InputError` unless one run kept all shares of each value."""
    by_name: dict[str, list[Manifest]] = {}
    for one in _told(facts):
        for manifest in one.manifests:
            by_name.setdefault(manifest.name, []).append(manifest)
    for manifests in by_name.values():
        check_same_run(manifests)


def _stored(inputs: Sequence[Declaration]) -> list[Declaration]:
    """The kept arrays that a program reads: inputs from shares, the valid bits of tables, and what is missing."""
    stored = [each for each in inputs if each.shares]
    tables = {each.valid: each for each in stored if each.valid}
    bits = [
        replace(each, name=name, kind="bool", bits=1, labels=(), dimensions=each.dimensions[:1], scale=0, present="")
        for name, each in tables.items()
    ]
    present = [
        replace(each, name=each.present, kind="bool", bits=1, labels=(), scale=0, steps=(), present="")
        for each in stored
        if each.present
    ]
    return stored + bits + present
