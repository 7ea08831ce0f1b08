"""Tacit compiles programs over several parties' private data to secure multi-party computation, and runs them.

program = tacit.compile("lift.mpc", protocol="rep3")
result = program.run(exposures=df_a, purchases=df_b)
result["lift"]
"""

from typing import TYPE_CHECKING

from .runtime.graph.later import later

if TYPE_CHECKING:
    from .api import (
        CheckFailed,
        CompileError,
        InputError,
        InternalError,
        MemoryShortage,
        PeerError,
        Program,
        RangeWarning,
        Report,
        Result,
        TacitError,
        UsageError,
        compile,
    )

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

_api = later("tacit.api")


def __getattr__(name: str) -> object:
    """Loads an exported name when it is first used, because the command begins with something else (see `start`)."""
    if name not in __all__:
        raise AttributeError(f"module 'tacit' has no attribute {name!r}")
    return getattr(_api, name)


def __dir__() -> list[str]:
    return __all__
