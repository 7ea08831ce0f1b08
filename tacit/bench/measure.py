"""Runs benchmarks. In: cases. Out: for each its median seconds online, rounds, bytes and largest error.

Every run starts all parties anew and has them meet over loopback; the clock runs from when the last one is ready to
when the last one is done, and before that while they match keys. Inputs that a case stores are shared by an earlier
run, so that they are not counted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from ..compilation import Options
from ..compiler.source import Source
from ..program import Program
from ..results import Report
from .cases import Case, Inputs

Array = np.ndarray[Any, Any]

_SEED = 2026


class Rival(Protocol):
    """Another framework, beside which cases are run."""

    name: str

    def seconds(self, case: Case, protocol: str, inputs: Inputs) -> float:
        """How long it takes to compute the case on these inputs, once."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A case that was run: medians over its runs, in seconds; `bytes_sent` by all parties; the largest error, if known.

    Matching keys counts among the seconds and the bytes sent, all else that is done before the first round does not.
    `rival` is what the other framework took, `ratio` the median over the runs of how much longer that was.
    """

    name: str
    protocol: str
    elements: int
    seconds: float
    fastest: float
    runs: int
    rounds: int
    bytes_sent: int
    offline_bytes: int
    error: float | None
    rival: float | None
    ratio: float | None

    @property
    def rate(self) -> float:
        """Elements in a second."""
        return self.elements / self.seconds


def measure(case: Case, protocol: str, runs: int, rival: Rival | None = None) -> Measurement:
    """Runs a case under a protocol, in turns with a rival's."""
    inputs = case.make(np.random.default_rng(_SEED))
    others: list[float] = []
    reports: list[Report] = []
    with TemporaryDirectory(prefix="tacit-bench-") as folder:
        options = Options(protocol, shares=Path(folder))
        _store(case, inputs, options)
        program = Program(_source(f"{case.program}.mpc"), options)
        given = {name: value for name, value in inputs.items() if name not in case.stored}
        program.run_local(given)  # compiles kernels if nobody has yet
        for _ in range(runs):
            reports.append(program.run_local(given).report)
            if rival is not None and case.spu:
                others.append(rival.seconds(case, protocol, inputs))
        error = _error(case, inputs, options)
    seconds = [report.seconds["online"] + report.seconds.get("align", 0.0) for report in reports]
    ratios = [other / mine for mine, other in zip(seconds, others, strict=False)]
    last = reports[-1]
    aligned = sum(last.aligned_bytes.values())
    return Measurement(
        name=case.name,
        protocol=protocol,
        elements=case.elements,
        seconds=median(seconds),
        fastest=min(seconds),
        runs=runs,
        rounds=last.rounds,
        bytes_sent=sum(last.bytes_sent.values()) + aligned,
        offline_bytes=sum(last.offline_bytes.values()) - aligned,
        error=error,
        rival=median(others) if others else None,
        ratio=median(ratios) if ratios else None,
    )


def measure_all(
    cases: Sequence[Case], protocols: Sequence[str], runs: int, rival: Rival | None, told: Callable[[str], None]
) -> Iterator[Measurement]:
    """Each case under each of the protocols it is for; `told` hears what comes next."""
    for protocol in protocols:
        for case in cases:
            if protocol in case.protocols:
                told(f"{protocol}: {case.name}")
                yield measure(case, protocol, runs, rival)


def _source(name: str) -> Source:
    path = files("tacit.bench.programs") / name
    return Source(name, str(path), path.read_text(encoding="utf-8"))


def _store(case: Case, inputs: Inputs, options: Options) -> None:
    """Shares the inputs that the case takes from shares."""
    if not case.stored:
        return
    lines = ["party alice", "party bob"]
    lines += [f"input {name}: {type} from alice" for name, type in case.stored.items()]
    lines += [f"save {name}" for name in case.stored]
    Program(Source("store.mpc", "store.mpc", "\n".join(lines) + "\n"), options).run_local(dict(inputs))


def _error(case: Case, inputs: Inputs, options: Options) -> float | None:
    """How far the kept result is from what it should be, at most; relative errors are of numbers above 1."""
    if case.expect is None:
        return None
    text = f"party alice\nparty bob\ninput result: {case.result} from shares\nreveal result\n"
    found = np.asarray(Program(Source("open.mpc", "open.mpc", text), options).run_local({})["result"], np.float64)
    wanted = np.asarray(case.expect(inputs), np.float64)
    if case.error == "exact":
        return float(np.count_nonzero(found != wanted))
    scale = np.maximum(np.abs(wanted), 1) if case.error == "relative" else np.ones_like(wanted)
    return float(np.max(np.abs(found - wanted) / scale))
