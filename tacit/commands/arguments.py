"""The arguments of commands, and what they mean. In: a command line. Out: options, programs, files."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ..compilation import Options
from ..compiler.diagnostics import Severity
from ..compiler.protocols.table import PROTOCOLS
from ..compiler.report.picture.formats import FORMATS
from ..compiler.source import Source
from ..compiler.stages import Watch, both
from ..compiler.syntax.reading import read_source
from ..compiler.target import NETWORKS, PREPROCESSINGS, Network
from ..program import Program
from ..runtime.errors import UsageError
from ..terminal.verbose import stage_lines
from ..terminal.warning_lines import warning_lines

_PLANNED = "what costs are planned for (default: lan)"


def program_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments for a program, its sizes, and whether to tell how it is compiled."""
    parser.add_argument("program", metavar="PROGRAM", type=Path, help="a .mpc file")
    parser.add_argument(
        "--size", metavar="NAME=N", action="append", default=[], help="a size when no data tells it (repeatable)"
    )
    parser.add_argument(
        "--param", metavar="NAME=V", action="append", default=[], help="the number of a `param` (repeatable)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="tell each pass on standard error: its processor time, and what it made"
    )


def check_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `check`."""
    program_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="what may overflow is an error: status 1")


def input_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments for a program and its inputs."""
    program_arguments(parser)
    parser.add_argument(
        "--input",
        metavar="NAME=SOURCE",
        action="append",
        default=[],
        help="a literal (5, 2.5, true, [1,2,3]), a file (.csv, .parquet, .npy, .json, ...; options follow its name: "
        "'sales.csv?delimiter=;&decimal=,') or a query "
        "(select ... @shop.duckdb, select ... @postgresql://...); NAME[0] for a member",
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="a folder with a file NAME.csv (or ...) for each input"
    )


def compile_arguments(parser: ArgumentParser, network: str = _PLANNED) -> None:
    """Adds the arguments of every command that compiles for one machine."""
    input_arguments(parser)
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), default="rep3", help="default: %(default)s")
    parser.add_argument(
        "--preprocessing",
        choices=PREPROCESSINGS,
        help="who prepares correlated randomness, for protocols that need it (default: dealer)",
    )
    _planning_arguments(parser, network)


def _planning_arguments(parser: ArgumentParser, network: str) -> None:
    parser.add_argument("--network", metavar="lan|wan|RTT_MS:MBPS", type=_network, help=network)
    parser.add_argument("--optimize", type=int, choices=(0, 1, 2), default=2, help="default: %(default)s")


def deployed_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of a deployed party that have to do with its program."""
    input_arguments(parser)
    _planning_arguments(parser, _PLANNED)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    _shares_argument(parser)


def run_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `run`."""
    compile_arguments(parser, "the network to run over: messages take as long as there (default: as fast as they go)")
    parser.add_argument("--clear", action="store_true", help="run without any protection, for debugging")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--profile", action="store_true", help="print what each line cost, predicted and measured")
    parser.add_argument(
        "--trace", metavar="FILE", type=Path, help="write what happened, for chrome://tracing or ui.perfetto.dev"
    )
    _shares_argument(parser)


def _shares_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--shares",
        metavar="DIR",
        type=Path,
        default=Path("shares"),
        help="where `save` keeps shares and `from shares` finds them (default: %(default)s)",
    )


def output_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `compile`."""
    compile_arguments(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write")


def graph_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `graph`."""
    compile_arguments(parser)
    endings = ", ".join(FORMATS)
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, required=True, help=f"the file to write, by its ending: {endings}"
    )


def explain_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `explain`."""
    compile_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    locks = parser.add_mutually_exclusive_group()
    locks.add_argument(
        "--lock", metavar="FILE", type=Path, help="write what is disclosed, and the costs of each function, to a file"
    )
    locks.add_argument(
        "--why", metavar="LINE", help="tell why the secret values of a line are held as they are (12, or module:12)"
    )
    locks.add_argument(
        "--check",
        metavar="FILE",
        type=Path,
        help="status 1 if the program discloses more, or a function costs more, than a lock says",
    )


def compare_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `compare`."""
    compile_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def format_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `fmt`."""
    parser.add_argument("program", metavar="PROGRAM", type=Path, nargs="+", help="a .mpc file")
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if a file would change")


def _network(text: str) -> Network:
    if text in NETWORKS:
        return NETWORKS[text]
    round_trip, _, bandwidth = text.partition(":")
    network = Network(float(round_trip), float(bandwidth))
    if network.round_trip < 0 or not network.bandwidth > 0:
        raise ValueError(text)
    return network


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """The values of `NAME=VALUE` texts, by name. Raises `UsageError` for another form, and for a name given twice."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} wants NAME=VALUE")
        if name.strip() in found:
            raise UsageError(f"{option} gives {name.strip()!r} twice")
        found[name.strip()] = value
    return found


def _size(text: str) -> int:
    if not text.strip().isdecimal():
        raise UsageError("--size wants a whole number, as in --size n=100")
    return int(text)


def load(chosen: Namespace) -> Program:
    """The program that the arguments name, with the options that they give."""
    return Program(read(chosen.program), options(chosen), watch(chosen))


def options(chosen: Namespace) -> Options:
    """The options that the arguments give."""
    named = {each.name for each in fields(Options)} - {"sizes", "params"}
    given = {name: value for name, value in vars(chosen).items() if name in named and value is not None}
    sizes = {name: _size(value) for name, value in pairs(chosen.size, "--size").items()}
    return Options(**given, sizes=sizes, params=pairs(chosen.param, "--param"))


def watch(chosen: Namespace) -> Watch:
    """A watch that prints warnings, which `check --strict` makes errors, and with `--verbose` each stage."""
    warnings = warning_lines(sys.stderr, Severity.ERROR if vars(chosen).get("strict") else Severity.WARNING)
    return both(stage_lines(sys.stderr), warnings) if chosen.verbose else warnings


def read(path: Path) -> Source:
    """The source at a path. Raises `UsageError` if it cannot be read."""
    try:
        return read_source(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that appears whole or not at all. Raises `UsageError` if it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
