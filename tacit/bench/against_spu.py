"""SPU as a rival: `spu_side` runs in an interpreter of its own and answers over pipes. In: cases, inputs. Out:
seconds."""

import json
import subprocess
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np

from ..runtime.errors import UsageError
from .cases import Case, Inputs


class Spu:
    """SecretFlow SPU in the virtual environment whose interpreter is `python`. To be used in a `with` statement.

    Raises `UsageError` if `python` is no file.
    """

    name = "SPU"

    def __init__(self, python: Path) -> None:
        if not python.is_file():
            raise UsageError(f"{python} is no Python interpreter: give that of an environment with `pip install spu`")
        self._folder = TemporaryDirectory(prefix="tacit-bench-spu-")
        self._log = (Path(self._folder.name) / "log").open("w+")
        self._process = subprocess.Popen(
            [python, str(files("tacit.bench") / "spu_side.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def __enter__(self) -> "Spu":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()
        self._folder.cleanup()

    def seconds(self, case: Case, protocol: str, inputs: Inputs) -> float:
        """The seconds that SPU's slowest party takes to compute the case once. Raises `UsageError` if SPU ends
        instead."""
        path = Path(self._folder.name) / "inputs.npz"
        np.savez(path, allow_pickle=False, **inputs)
        assert self._process.stdin is not None and self._process.stdout is not None
        request = json.dumps({"function": case.spu, "protocol": protocol, "inputs": str(path)})
        with suppress(BrokenPipeError):  # the process has ended; below, no answer comes and its log is told
            print(request, file=self._process.stdin, flush=True)
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return float(json.loads(line)["seconds"])
        self._log.seek(0)
        raise UsageError(f"SPU ended at {case.name!r}:\n{self._log.read()[-2000:]}")
