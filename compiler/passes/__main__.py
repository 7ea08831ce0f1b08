"""`python -m tacit.compiler.passes NAME < file`: one pass of the pipeline on a text. In: IR as text. Out: the result.

    $ python -m tacit.compiler.passes compute_in_clear < before.ir | python -m tacit.compiler.passes choose_shares
    $ python -m tacit.compiler.passes --list

A pass to a program prints the program as text again. `expand_protocol` prints a listing of the graph; passes from graph
to graph get what `expand_protocol` makes of the text, and print a listing too. Exit status 1 means that the text is
wrong or that the pass refuses the program, 2 that the command is wrong, 5 that the pass broke the program.
"""

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...runtime.graph.check import check
from ...runtime.graph.errors import GraphError
from ...runtime.graph.nodes import Graph
from ..diagnostics import CompileError
from ..ir.labels import Knowledge
from ..ir.parse import ParseError, parse_program
from ..ir.print import print_program
from ..ir.program import Program
from ..ir.rewrite import walk
from ..ir.verify import VerificationError, verify, verify_shared
from ..pipeline import PROTECT, SETTLE, SIMPLIFY, WIDEN, Pass, report_ranges
from ..protocols.table import PROTOCOLS
from ..report.listing import list_graph
from ..target import NETWORKS, Target
from .lowering.expand_protocol import expand_protocol
from .ranges.guard_inputs import guard_inputs
from .rounds.batch_rounds import batch_rounds
from .rounds.overlap_turns import overlap_turns
from .sharing.choose_shares import choose_shares
from .sharing.require_capabilities import require_capabilities
from .simplify.compare_early import compare_early
from .simplify.inline_calls import inline_calls

Run = Callable[[Program, Target], Program | Graph]

_WRONG, _BROKEN = 1, 5


class RefusedError(Exception):
    """A pass cannot take this program. The message names the pass that must run first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A pass: what it is about, how it runs on a program, and what it requires of the program (or `RefusedError`)."""

    about: str
    run: Run
    require: Callable[[Program], None]


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command; the result is the exit status."""
    chosen = _parser().parse_args(words)
    if chosen.name is None or chosen.list:
        for name, entry in ENTRIES.items():
            print(f"{name:<22} {entry.about}")
        return 0
    try:
        text = sys.stdin.buffer.read().decode()
        program = parse_program(text, "<stdin>")
        verify(program)
        ENTRIES[chosen.name].require(program)
    except UnicodeDecodeError:
        return _fail("error: the text is not UTF-8", _WRONG)
    except (ParseError, VerificationError, RefusedError) as error:
        return _fail(f"error: {error}", _WRONG)
    return _run(ENTRIES[chosen.name], program, chosen)


def _run(entry: Entry, program: Program, chosen: Namespace) -> int:
    try:
        made = entry.run(program, _target(program, chosen.protocol, chosen.network))
    except CompileError as error:
        return _fail(str(error), _WRONG)
    print(list_graph(made) if isinstance(made, Graph) else print_program(made), end="")
    try:
        if isinstance(made, Graph):
            check(made)
        else:
            verify(made)
    except (GraphError, VerificationError) as error:
        return _fail(f"error: {chosen.name} broke the program: {error}", _BROKEN)
    return 0


def _fail(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "python -m tacit.compiler.passes", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("name", metavar="NAME", nargs="?", choices=ENTRIES, help="a pass; without one, lists them")
    parser.add_argument("--list", action="store_true", help="list the passes, in the order of the pipeline")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="rep3", help="what is compiled for (default: %(default)s)"
    )
    parser.add_argument(
        "--network", choices=NETWORKS, default="lan", help="what costs are planned for (default: %(default)s)"
    )
    return parser


def _target(program: Program, protocol: str, network: str) -> Target:
    """A target for the program: its roles on the protocol's nodes, and a dealer if the protocol needs one."""
    return Target.of(PROTOCOLS[protocol], program.roles, network=NETWORKS[network])


# --- what passes need --------------------------------------------------------------------------------------------


def _any(program: Program) -> None:
    """Every program will do."""


def _without_calls(program: Program) -> None:
    if any(operation.name == "call" for operation in walk(program.body)):
        raise RefusedError("the program has calls: run inline_calls first")


def _shared(program: Program) -> None:
    _without_calls(program)
    try:
        verify_shared(program)
    except VerificationError as error:
        raise RefusedError(f"run compute_in_clear first: {error}") from None


def _with_kinds(program: Program) -> None:
    _shared(program)
    for operation in walk(program.body):
        for value in (*operation.results, *(each for region in operation.regions for each in region.arguments)):
            if value.label.knowledge is Knowledge.SECRET and not value.share:
                raise RefusedError("run choose_shares first: secret values have no share kinds yet")


# --- the passes --------------------------------------------------------------------------------------------------


def _entry(function: Callable[..., object], run: Run, require: Callable[[Program], None]) -> tuple[str, Entry]:
    """The entry of a pass, by its name. The first line of the pass's file says what the pass is about."""
    about = (sys.modules[function.__module__].__doc__ or "").partition("\n")[0].partition(" In: ")[0]
    return function.__name__, Entry(about, run, require)


def _on_program(function: Pass, require: Callable[[Program], None] = _without_calls) -> tuple[str, Entry]:
    return _entry(function, lambda program, target: function(program), require)


def _on_graph(function: Callable[[Graph], Graph]) -> tuple[str, Entry]:
    return _entry(function, lambda program, target: function(expand_protocol(program, target)), _with_kinds)


def _guarded(program: Program, target: Target) -> Program:
    return guard_inputs(program, report_ranges(program))


def _every(levels: Mapping[int, tuple[Pass, ...]]) -> Iterator[Pass]:
    """The passes of all levels of optimisation, the highest level first."""
    for level in sorted(levels, reverse=True):
        yield from levels[level]


ENTRIES: dict[str, Entry] = dict(
    [
        _on_program(inline_calls, _any),
        *map(_on_program, _every(SIMPLIFY)),
        _entry(compare_early, compare_early, _without_calls),
        *map(_on_program, _every(WIDEN)),
        _entry(guard_inputs, _guarded, _without_calls),
        *map(_on_program, _every(SETTLE)),
        *map(_on_program, _every(PROTECT)),
        _entry(require_capabilities, require_capabilities, _shared),
        _entry(choose_shares, choose_shares, _shared),
        _entry(expand_protocol, expand_protocol, _with_kinds),
        _on_graph(overlap_turns),
        _on_graph(batch_rounds),
    ]
)
"""The passes by name, in the order in which the pipeline first runs them."""


if __name__ == "__main__":
    sys.exit(main())
