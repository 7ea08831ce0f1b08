"""The names that the package `tacit` exports."""

from collections.abc import Mapping
from pathlib import Path

from .compilation import Options
from .compiler.diagnostics import CompileError
from .compiler.syntax.reading import read_source, source_of
from .program import Program
from .results import Report, Result
from .runtime.errors import CheckFailed, InputError, InternalError, MemoryShortage, PeerError, TacitError, UsageError
from .warn import RangeWarning, warn

__all__ = [
    "CheckFailed",
    "CompileError",
    "InputError",
    "InternalError",
    "MemoryShortage",
    "PeerError",
    "Program",
    "RangeWarning",
    "Report",
    "Result",
    "TacitError",
    "UsageError",
    "compile",
]


def compile(
    program: str | Path,
    protocol: str = "rep3",
    sizes: Mapping[str, int] | None = None,
    optimize: int = 2,
    shares: str | Path = "shares",
    preprocessing: str | None = None,
    params: Mapping[str, object] | None = None,
) -> Program:
    """A program to run, from a path or from source text.

    `program` is a path if it is a `Path`, or a text without line breaks that ends in `.mpc`. `sizes` are needed only
    where no data tells them. `shares` is the folder where `save` keeps values. `preprocessing` says who prepares
    correlated randomness, where the protocol needs some ("dealer").

    Warns with a `RangeWarning` of what may overflow. Raises `CompileError`, `UsageError` for sizes that the program
    does not have, and `OSError` for a file that cannot be read.
    """
    is_text = isinstance(program, str) and ("\n" in program or not program.endswith(".mpc"))
    source = source_of("program.mpc", "program.mpc", str(program)) if is_text else read_source(Path(program))
    options = Options(
        protocol,
        optimize,
        sizes=dict(sizes or {}),
        params=dict(params or {}),
        shares=Path(shares),
        preprocessing=preprocessing,
    )
    compiled = Program(source, options)
    warn(compiled)
    return compiled
