"""The command's own process. It first starts what takes longest, then loads the rest. In: the command line."""

import gc
import sys
from importlib.abc import MetaPathFinder

from .runtime.graph.later import later
from .runtime.local.nursery_process import OwnProcess

_cli = later("tacit.commands.cli")

_INTERRUPTED = 130

_UNUSED = ("scipy.linalg", "pandas")
"""Modules that Numba and PyArrow load if they can, though no kernel and no input of a command needs them. Loading takes
0.3 s each."""


class _Absent(MetaPathFinder):
    """Makes imports of unused modules fail as if the modules were not installed.

    None in `sys.modules` would not do: PyArrow finds the None there and takes it for the module.
    """

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Raises `ModuleNotFoundError` for an unused module, and leaves all others to the next finder."""
        if fullname in _UNUSED:
            raise ModuleNotFoundError(f"a command leaves out {fullname}", name=fullname)


def main() -> int:
    """Runs the command. Returns its exit status."""
    # Loading and compiling make many small objects and few cycles. Looking for cycles while modules load, and often
    # afterwards, would take a fifth of the time.
    gc.disable()
    gc.set_threshold(500_000, 20, 20)
    sys.meta_path.insert(0, _Absent())
    words = sys.argv[1:]
    nursery = OwnProcess() if _runs_parties(words) else None
    try:
        status: int = _cli.main(words, nursery)
        return status
    except KeyboardInterrupt:  # before the rest was loaded, which knows what that means
        return _INTERRUPTED
    finally:
        if nursery is not None:
            nursery.end()


def _runs_parties(words: list[str]) -> bool:
    """Whether the command will probably start parties, so that a nursery for them is worth its start."""
    return words[:1] == ["run"] and not {"--clear", "--help", "-h"} & set(words)
