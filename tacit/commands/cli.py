"""The command `tacit`. In: arguments. Out: text and an exit status. Every error that a user can cause is one block of
text.

A command is a row of `_COMMANDS`: its arguments and the function that runs it. `program` and the files below it do the
work.
"""

import gc
import json
import os
import signal
import sys
import traceback
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ..bench.command import bench, bench_arguments
from ..compiler.diagnostics import CompileError, Diagnostic, render
from ..compiler.ir.evaluate import EvaluationError
from ..compiler.report.picture.formats import FORMATS
from ..compiler.report.picture.stages import programs_of
from ..compiler.source import Span
from ..compiler.stages import Stage
from ..compiler.syntax.format import format_source
from ..runtime.errors import MemoryShortage, PlacedError, TacitError, UsageError
from ..runtime.graph.errors import GraphError
from ..runtime.graph.file import MAGIC, from_bytes, to_bytes
from ..runtime.graph.nodes import Graph
from ..runtime.local.nursery import Nursery
from ..runtime.plan.fit_memory import REMEDY
from ..runtime.run.watcher import Watcher
from ..terminal.show import closing_line, json_of, print_outputs, progress_bar
from . import arguments, reports
from .arguments import load, pairs, read, write_whole
from .party import identity_arguments, make_identity, party_arguments, run_party

_INTERRUPTED = 130
_INTERNAL = 5

_LOUD = """\
WARNING: --clear runs the program without any protection, in one process that sees every input.
         It is for debugging, never for other people's data.
"""


def main(words: Sequence[str] | None = None, nursery: Nursery | None = None) -> int:
    """Runs a command. Returns its exit status. Parties come from the `nursery`, if there is one."""
    gc.freeze()  # what is loaded stays loaded
    gc.enable()
    chosen = _parser().parse_args(words, Namespace(nursery=nursery))
    try:
        status: int = chosen.run(chosen)
        sys.stdout.flush()
        return status
    except CompileError as error:
        return _fail(str(error), 1)
    except EvaluationError as error:
        return _fail(render(Diagnostic(error.span, error.problem)), 1)
    except PlacedError as failure:
        return _fail(_marked(failure, chosen), failure.status)
    except TacitError as error:
        return _fail(_told(error), error.status)
    except MemoryError:
        return _fail(f"error: this machine has not enough memory: {REMEDY}", MemoryShortage.status)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output is gone. There is nobody to tell, and Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:  # noqa: BLE001 (the last resort: what is not foreseen is an internal error)
        return _fail(_bug_report(error), _INTERNAL)


def _run(chosen: Namespace) -> int:
    program = load(chosen)
    given = pairs(chosen.input, "--input")
    if chosen.clear:
        print(_LOUD, end="", file=sys.stderr, flush=True)
        result = program.evaluate(given, chosen.data)
    else:
        with progress_bar(sys.stderr) as progress:
            watcher = Watcher(progress, progress.notice)
            profiled = chosen.profile or chosen.trace is not None
            result = program.run_local(given, chosen.data, watcher, chosen.network, profiled, chosen.nursery)
    if chosen.json:
        print(json.dumps(json_of(result) | reports.profile_json(result), ensure_ascii=False, allow_nan=False))
    else:
        print_outputs(sys.stdout, result.outputs, program.fraction_bits)
        if chosen.profile:
            reports.print_profile(sys.stdout, result)
        print(closing_line(result.report))
    if chosen.trace is not None:
        reports.write_trace(chosen.trace, result)
    return 0


def _party(chosen: Namespace) -> int:
    result, compilation = run_party(chosen)
    if chosen.json:
        print(json.dumps(json_of(result), ensure_ascii=False, allow_nan=False))
    else:
        print_outputs(sys.stdout, result.outputs, compilation.declared.fraction_bits)
        print(closing_line(result.report))
    return 0


def _check(chosen: Namespace) -> int:
    compilation = load(chosen).compilation
    compilation.check()
    return 1 if chosen.strict and compilation.diagnostics else 0


def _compile(chosen: Namespace) -> int:
    program = load(chosen)
    graph = program.graph_for(program.sizes_of(pairs(chosen.input, "--input"), chosen.data))
    content = to_bytes(graph)
    write_whole(chosen.output, content)
    print(f"{chosen.output}: {sha256(content).hexdigest()}")
    return 0


def _graph(chosen: Namespace) -> int:
    draw = FORMATS.get(chosen.output.suffix)
    if draw is None:
        raise UsageError(f"--output wants a name that ends in {', '.join(FORMATS)}")
    if _is_compiled(chosen.program):
        text = draw(_read_graph(chosen.program), None, ())
    else:
        program = load(chosen)
        passes: list[Stage] = []
        sizes = program.sizes_of(pairs(chosen.input, "--input"), chosen.data)
        compiled = program.compiled_for(sizes, passes.append)
        text = draw(compiled.graph, read(chosen.program), programs_of(compiled, passes))
    write_whole(chosen.output, text.encode())
    print(f"{chosen.output}: {len(text.encode()):,} bytes")
    return 0


def _format(chosen: Namespace) -> int:
    untidy = 0
    for path in chosen.program:
        before = read(path)
        after = format_source(before)
        if after.encode() == path.read_bytes():
            continue
        untidy += 1
        if chosen.check:
            print(f"{path}: not in canonical layout; `tacit fmt {path}` writes it", file=sys.stderr)
        else:
            write_whole(path, after.encode())
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


_COMMANDS = (
    _Command("run", "run a program, every party a process of its own on this machine", arguments.run_arguments, _run),
    _Command("check", "print every error of a program, or nothing", arguments.check_arguments, _check),
    _Command("compile", "write the protocol graph of a program", arguments.output_arguments, _compile),
    _Command(
        "graph", "draw the protocol graph of a program, or of what compile wrote", arguments.graph_arguments, _graph
    ),
    _Command("explain", "tell who learns what, and what each line costs", arguments.explain_arguments, reports.explain),
    _Command("compare", "put all protocols side by side", arguments.compare_arguments, reports.compare),
    _Command("party", "run one party of a deployment", party_arguments, _party),
    _Command("identity", "make the key and the certificate of a party", identity_arguments, make_identity),
    _Command("bench", "measure the benchmark suite", bench_arguments, bench),
    _Command("fmt", "put a program into canonical layout", arguments.format_arguments, _format),
)


# --- errors -------------------------------------------------------------------------------------------


def _is_compiled(path: Path) -> bool:
    """Whether a file is a protocol graph, by its first bytes. Raises `UsageError` if it cannot be read."""
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


def _fail(message: str, status: int) -> int:
    if os.environ.get("TACIT_DEBUG") == "1":
        traceback.print_exc()
    print(message, file=sys.stderr)
    return status


def _marked(failure: PlacedError, chosen: Namespace) -> str:
    """The failure with the text of the program's line where it happened. A line of an imported module is only named."""
    place, path = failure.place, vars(chosen).get("program")
    if place is None or not isinstance(path, Path):
        return _told(failure)
    source = read(path)
    if place.source != source.name:
        return _told(failure)
    span = Span(source, place.line, place.column, place.end_line, place.end_column)
    return render(Diagnostic(span, failure.message))


def _told(error: TacitError) -> str:
    text = str(error)
    return text if "error: " in text else f"error: {text}"


def _bug_report(error: Exception) -> str:
    """What to report: where the error happened, without the error's own text, which could hold a private value."""
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
