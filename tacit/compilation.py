"""A program on its way to a protocol graph. In: a source and options. Out: for given sizes IR, a graph, its costs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .compiler.compiled import Compiled
from .compiler.diagnostics import CompileError, Diagnostic, has_errors
from .compiler.ir.program import Program as Elaborated
from .compiler.passes.lowering import describe_data
from .compiler.passes.lowering.list_matchings import list_matchings
from .compiler.passes.ranges.report_overflow import Report as Ranges
from .compiler.pipeline import declare, elaborate, lower, report_ranges
from .compiler.protocols.table import PROTOCOLS
from .compiler.report.explain import Explanation, explain
from .compiler.semantics.params import ParamError
from .compiler.source import Source
from .compiler.stages import Watch, both, timed, unwatched
from .compiler.syntax.parser import parse
from .compiler.target import NETWORKS, Network, Placement, Target
from .runtime.data.owner import member_name
from .runtime.data.sizes import Found, bind_sizes
from .runtime.errors import InputError, UsageError
from .runtime.graph.alignments import Matching
from .runtime.graph.nodes import Graph
from .runtime.plan.memory import peaks

_FEW = 10
"""The size that stands for an unknown one when ranges are checked. What overflows for so few does so for any data."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a program is compiled and run. The fields mean what the command's options of the same names mean."""

    protocol: str = "rep3"
    optimize: int = 2
    network: Network = NETWORKS["lan"]
    sizes: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    """Numbers of the program's params, as text or as Python numbers."""
    shares: Path = Path("shares")
    preprocessing: str | None = None
    """Who prepares correlated randomness; None leaves it to the protocol."""
    placement: Placement | None = None
    """Who takes part and where roles sit. None: each role is a process of its own, for a run on one machine."""


class Compilation:
    """A program with its options. Its syntax and declarations are right. If the options give all sizes, so is the rest.

    Raises `CompileError` for a wrong program, and `UsageError` for a size that the program does not have.
    """

    def __init__(self, source: Source, options: Options, watch: Watch = unwatched) -> None:
        self.source = source
        self.watch = watch
        self._module = timed(watch, parse, source)
        try:
            self.declared = declare(self._module, options.params)
        except ParamError as error:
            raise UsageError(str(error)) from None
        self.inputs = describe_data.declared_inputs(self.declared)
        self.options = options
        self._found: dict[Diagnostic, None] = {}
        self._last: tuple[dict[str, int], Elaborated, Ranges] | None = None
        if not set(options.sizes) <= set(self.declared.sizes):
            known = self.elaborate(options.sizes).sizes
            for name in options.sizes:
                if name not in known:
                    raise UsageError(f"the program has no size {name!r}; its sizes are: {', '.join(known) or 'none'}")
        if set(options.sizes) >= set(self.declared.sizes):
            self.check()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What may go wrong while the program runs, as far as it has been compiled. Each warning comes once."""
        return tuple(self._found)

    def check(self) -> None:
        """Elaborates the program, with made-up sizes where none are known. Raises `CompileError`."""
        missing = [name for name in self.declared.sizes if name not in self.options.sizes]
        if missing:
            self.elaborate(self.options.sizes)
        self.elaborated({**self.options.sizes, **dict.fromkeys(missing, _FEW)})

    def elaborate(self, sizes: Mapping[str, int], *, hides_sizes: bool = False) -> Elaborated:
        """The program in IR for these sizes and the given params. Raises CompileError."""
        return elaborate(self._module, sizes, hides_sizes=hides_sizes, params=self.options.params)

    def compiled_for(self, sizes: Mapping[str, int], watch: Watch = unwatched) -> Compiled:
        """The program compiled for these sizes. Both `watch` and `self.watch` hear what lowering makes of the program.

        Raises `UsageError` for a size that is not given, and `CompileError`.
        """
        _require(sizes, self.declared.sizes)
        program, ranges = self.elaborated(sizes)
        _require(sizes, program.sizes)
        return lower(program, self.target(program.roles), both(self.watch, watch), ranges)

    def elaborated(self, sizes: Mapping[str, int]) -> tuple[Elaborated, Ranges]:
        """The program in IR for these sizes, and what is known of its numbers. The last answer is kept.

        What may overflow is added to the `diagnostics`. Raises `CompileError` for what surely overflows.
        """
        if self._last is not None and self._last[0] == sizes:
            return self._last[1:]
        program = timed(self.watch, self.elaborate, sizes)
        ranges = timed(self.watch, report_ranges, program)
        if has_errors(ranges.diagnostics):
            raise CompileError(ranges.diagnostics)
        self._found.update(dict.fromkeys(ranges.diagnostics))
        self._last = dict(sizes), program, ranges
        return program, ranges

    def explanation_for(self, sizes: Mapping[str, int]) -> Explanation:
        """What each party learns and what each line costs, for these sizes."""
        compiled = self.compiled_for(sizes)
        matchings = list_matchings(compiled.inlined, self.target(compiled.inlined.roles))
        hiding = self._hiding(sizes) if matchings else None
        return explain(compiled, self.inputs, self.options.network, peaks(compiled.graph), matchings, hiding)

    def _hiding(self, sizes: Mapping[str, int]) -> Graph | None:
        """The graph if every join hid how many keys match; None if the program cannot be compiled so."""
        program = self.elaborate(sizes, hides_sizes=True)
        try:
            return lower(program, self.target(program.roles)).graph
        except CompileError:
            return None

    def roles(self, counts: Mapping[str, int]) -> list[str]:
        """All roles, with each member of a `parties` role by itself. `counts` says how many members each such role has.

        Raises `InputError` if neither `counts` nor the options tell how many.
        """
        roles: list[str] = []
        for role, is_many in self.declared.parties.items():
            if is_many:
                members = counts.get(role, self.options.sizes.get(f"len({role})"))
                if members is None:
                    raise InputError(f"how many {role} there are is not known: give --size 'len({role})=N'")
                roles += [member_name(role, member) for member in range(members)]
            else:
                roles.append(role)
        return roles

    def target(self, roles: Sequence[str]) -> Target:
        """What to compile for, with these roles. Raises `UsageError` for preprocessing that the protocol does not
        need."""
        options = self.options
        protocol = PROTOCOLS[options.protocol]
        if options.preprocessing and not protocol.needs_preprocessing:
            raise UsageError(f"{options.protocol} needs no preprocessing: leave --preprocessing out")
        return Target.of(
            protocol,
            roles,
            placement=options.placement,
            optimize=options.optimize,
            network=options.network,
            preprocessing=options.preprocessing or "",
        )

    def bind(self, found: Iterable[Found], counts: Mapping[str, int]) -> dict[str, int]:
        """The sizes on which shapes of inputs, numbers of members and options agree. Raises `InputError`."""
        by_hand = {**{f"len({role})": count for role, count in counts.items()}, **self.options.sizes}
        return bind_sizes(found, by_hand)

    def matchings(self, sizes: Mapping[str, int]) -> tuple[Matching, ...]:
        """The matchings of joins on keys that their owners hold, for these sizes."""
        if not any(each.table and each.role for each in self.inputs):
            return ()
        program = timed(self.watch, self.elaborate, sizes)
        return list_matchings(program, self.target(program.roles))


def _require(sizes: Mapping[str, int], names: Iterable[str]) -> None:
    """Raises `UsageError` for a name that has no size."""
    for name in names:
        if name not in sizes:
            given = f"--size {name}=N" if name.isidentifier() else f"--size '{name}=N'"
            raise UsageError(f"no data tells the size {name!r}: give it with {given}")
