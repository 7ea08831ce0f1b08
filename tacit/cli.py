"""The command `tacit`. In: arguments. Out: text, and an exit status: every error a user can cause is one block of text.

A command is a row of `_COMMANDS`: its arguments and what it does. What it does is in `program` and below.
"""

import json
import os
import signal
import sys
import traceback
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path

from .compiler.diagnostics import CompileError, Diagnostic, render
from .compiler.ir.evaluate import EvaluationError
from .compiler.passes.expand_protocol import PROTOCOLS
from .compiler.report.picture import FORMATS
from .compiler.source import Source, Span
from .compiler.syntax.format import format_source
from .compiler.syntax.reading import read_source
from .compiler.target import NETWORKS, PREPROCESSINGS, Network
from .program import Options, Program
from .runtime.data.results import jsonable
from .runtime.errors import CheckFailed, TacitError, UsageError
from .runtime.graph.errors import GraphError
from .runtime.graph.file import MAGIC, digest, from_bytes, to_bytes
from .runtime.graph.nodes import Graph
from .runtime.local import Watcher
from .show import closing_line, print_outputs, progress_bar

_INTERRUPTED = 130
_INTERNAL = 5

_LOUD = """\
WARNING: --clear runs the program without any protection, in one process that sees every input.
         It is for debugging, never for other people's data.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the result is the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
        sys.stdout.flush()
        return status
    except CompileError as error:
        return _fail(str(error), 1)
    except EvaluationError as error:
        return _fail(render(Diagnostic(error.span, error.problem)), 1)
    except TacitError as error:
        return _fail(_told(error), error.status)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone: there is nobody to tell, and Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:  # noqa: BLE001 (the last resort: what is not foreseen is an internal error)
        return _fail(_bug_report(error), _INTERNAL)


def _run(chosen: Namespace) -> int:
    program = _load(chosen)
    given = _pairs(chosen.input, "--input")
    if chosen.clear:
        print(_LOUD, end="", file=sys.stderr, flush=True)
        result = program.evaluate(given, chosen.data)
    else:
        with progress_bar(sys.stderr) as progress:
            try:
                result = program.run_local(given, chosen.data, Watcher(progress, progress.notice))
            except CheckFailed as failure:
                return _fail(_marked(failure, program.source), failure.status)
    if chosen.json:
        outputs = {
            role: {name: jsonable(value) for name, value in values.items()} for role, values in result.outputs.items()
        }
        print(json.dumps({"outputs": outputs, **asdict(result.report)}, ensure_ascii=False, allow_nan=False))
    else:
        print_outputs(sys.stdout, result.outputs, program.fraction_bits)
        print(closing_line(result.report))
    return 0


def _check(chosen: Namespace) -> int:
    _load(chosen).check()
    return 0


def _compile(chosen: Namespace) -> int:
    program = _load(chosen)
    graph = program.graph_for(program.sizes_of(_pairs(chosen.input, "--input"), chosen.data))
    _write_whole(chosen.output, to_bytes(graph))
    print(f"{chosen.output}: {digest(graph)}")
    return 0


def _graph(chosen: Namespace) -> int:
    draw = FORMATS.get(chosen.output.suffix)
    if draw is None:
        raise UsageError(f"--output wants a name that ends in {', '.join(FORMATS)}")
    if _is_compiled(chosen.program):
        text = draw(_read_graph(chosen.program), None, ())
    else:
        program = _load(chosen)
        graph, stages = program.stages_for(program.sizes_of(_pairs(chosen.input, "--input"), chosen.data))
        text = draw(graph, _read(chosen.program), stages)
    _write_whole(chosen.output, text.encode())
    print(f"{chosen.output}: {len(text.encode()):,} bytes")
    return 0


def _format(chosen: Namespace) -> int:
    untidy = 0
    for path in chosen.program:
        before = _read(path)
        after = format_source(before)
        if after == before.text:
            continue
        untidy += 1
        if chosen.check:
            print(f"{path}: not in canonical layout; `tacit fmt {path}` writes it", file=sys.stderr)
        else:
            _write_whole(path, after.encode())
    return 1 if chosen.check and untidy else 0


# --- arguments --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Command:
    """One command: its name, one line of help, its arguments, and the function that runs it."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def _parser() -> ArgumentParser:
    parser = ArgumentParser("tacit", description="Secure multi-party computation from a small, readable language.")
    parser.add_argument("--version", action="version", version=f"tacit {version('tacit')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        added = commands.add_parser(
            command.name, help=command.help, description=command.help, formatter_class=RawDescriptionHelpFormatter
        )
        command.arguments(added)
        added.set_defaults(run=command.run)
    return parser


def _program_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", type=Path, help="a .mpc file")
    parser.add_argument(
        "--size", metavar="NAME=N", action="append", default=[], help="a size when no data tells it (repeatable)"
    )


def _compile_arguments(parser: ArgumentParser) -> None:
    _program_arguments(parser)
    parser.add_argument(
        "--input",
        metavar="NAME=SOURCE",
        action="append",
        default=[],
        help="a literal (5, 2.5, true, [1,2,3]) or a file (.csv, .parquet, .npy, .json); NAME[0] for a member",
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="a folder with a file NAME.csv (or ...) for each input"
    )
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), default="rep3", help="default: %(default)s")
    parser.add_argument(
        "--preprocessing",
        choices=PREPROCESSINGS,
        help="who prepares correlated randomness, for protocols that need it (default: dealer)",
    )
    parser.add_argument(
        "--network",
        metavar="lan|wan|RTT_MS:MBPS",
        type=_network,
        default=NETWORKS["lan"],
        help="what costs are planned for (default: lan)",
    )
    parser.add_argument("--optimize", type=int, choices=(0, 1, 2), default=2, help="default: %(default)s")


def _run_arguments(parser: ArgumentParser) -> None:
    _compile_arguments(parser)
    parser.add_argument("--clear", action="store_true", help="run without any protection, for debugging")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument(
        "--shares",
        metavar="DIR",
        type=Path,
        default=Path("shares"),
        help="where `save` keeps shares and `from shares` finds them (default: %(default)s)",
    )


def _output_arguments(parser: ArgumentParser) -> None:
    _compile_arguments(parser)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write")


def _graph_arguments(parser: ArgumentParser) -> None:
    _compile_arguments(parser)
    endings = ", ".join(FORMATS)
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, required=True, help=f"the file to write, by its ending: {endings}"
    )


def _format_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("program", metavar="PROGRAM", type=Path, nargs="+", help="a .mpc file")
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 if a file would change")


_COMMANDS = (
    _Command("run", "run a program, every party a process of its own on this machine", _run_arguments, _run),
    _Command("check", "print every error of a program, or nothing", _program_arguments, _check),
    _Command("compile", "write the protocol graph of a program", _output_arguments, _compile),
    _Command("graph", "draw the protocol graph of a program, or of what compile wrote", _graph_arguments, _graph),
    _Command("fmt", "put a program into canonical layout", _format_arguments, _format),
)


def _network(text: str) -> Network:
    if text in NETWORKS:
        return NETWORKS[text]
    round_trip, _, bandwidth = text.partition(":")
    network = Network(float(round_trip), float(bandwidth))
    if network.round_trip < 0 or not network.bandwidth > 0:
        raise ValueError(text)
    return network


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` by name."""
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} wants NAME=VALUE")
        if name.strip() in pairs:
            raise UsageError(f"{option} gives {name.strip()!r} twice")
        pairs[name.strip()] = value
    return pairs


def _size(text: str) -> int:
    if not text.strip().isdecimal():
        raise UsageError("--size wants a whole number, as in --size n=100")
    return int(text)


# --- files and errors -------------------------------------------------------------------------------------------


def _load(chosen: Namespace) -> Program:
    named = {each.name for each in fields(Options)} - {"sizes"}
    options = {name: value for name, value in vars(chosen).items() if name in named}
    sizes = {name: _size(value) for name, value in _pairs(chosen.size, "--size").items()}
    return Program(_read(chosen.program), Options(**options, sizes=sizes))


def _read(path: Path) -> Source:
    try:
        return read_source(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _is_compiled(path: Path) -> bool:
    """Whether a file is a protocol graph, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _read_graph(path: Path) -> Graph:
    try:
        return from_bytes(path.read_bytes())
    except GraphError as error:
        raise UsageError(f"{path} is no protocol graph: {error}") from None


def _write_whole(path: Path, content: bytes) -> None:
    """Writes a file that appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _fail(message: str, status: int) -> int:
    if os.environ.get("TACIT_DEBUG") == "1":
        traceback.print_exc()
    print(message, file=sys.stderr)
    return status


def _marked(failure: CheckFailed, source: Source) -> str:
    """The failure with the line of the program where it happened; a line of an imported module is only named."""
    place = failure.place
    if place is None or place.source != source.name:
        return _told(failure)
    span = Span(source, place.line, place.column, place.end_line, place.end_column)
    return render(Diagnostic(span, failure.message))


def _told(error: TacitError) -> str:
    text = str(error)
    return text if "error: " in text else f"error: {text}"


def _bug_report(error: Exception) -> str:
    """What to send: where it happened, and not what the error said, which could hold a private value."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join(
        (
            f"internal error: {type(error).__name__}. This is a mistake in Tacit, not in your program or data.",
            "Please report these lines, which hold no private data, with your program if you may share it:",
            f"  tacit {version('tacit')}, Python {sys.version.split()[0]}, {sys.platform}",
            *places,
        )
    )
