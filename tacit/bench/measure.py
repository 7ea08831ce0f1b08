"""Runs benchmarks. In: cases. Out: for each case its median seconds online, rounds, bytes and largest error.

Every run starts all parties anew, and they meet over loopback. The clock runs while they match keys, and then from when
the last party is ready to when the last party is done. An earlier run shares the inputs that a case stores, so that
sharing does not count.
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
    """Another framework that runs the same cases."""

    name: str

    def seconds(self, case: Case, protocol: str, inputs: Inputs) -> float:
        """The seconds that the framework takes to compute the case on these inputs, once."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A case that was run. `seconds` is the median over its runs, `bytes_sent` is by all parties.

    Matching keys counts among the seconds and the bytes sent. Everything else before the first round does not. `error`
    is the largest error, None if nothing was compared. `rival` is the median of the other framework's seconds, and
    `ratio` the median of how many times as long it took.
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
        """Elements computed in a second."""
        return self.elements / self.seconds


def measure(case: Case, protocol: str, runs: int, rival: Rival | None = None) -> Measurement:
    """Runs a case so often under a protocol, in turns with a rival."""
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
    """Measures each case under those of the protocols that the case is for. `told` hears what comes next."""
    for protocol in protocols:
        for case in cases:
            if protocol in case.protocols:
                told(f"{protocol}: {case.name}")
                yield measure(case, protocol, runs, rival)


def _source(name: str) -> Source:
    path = files("tacit.bench.programs") / name
    return Source(name, str(path), path.read_text(encoding="utf-8"))


def _store(case: Case, inputs: Inputs, options: Options) -> None:
    """Runs a program that saves the inputs which the case takes from shares."""
    if not case.stored:
        return
    lines = ["party alice", "party bob"]
    lines += [f"input {name}: {type} from alice" for name, type in case.stored.items()]
    lines += [f"save {name}" for name in case.stored]
    Program(Source("store.mpc", "store.mpc", "\n".join(lines) + "\n"), options).run_local(dict(inputs))


def _error(case: Case, inputs: Inputs, options: Options) -> float | None:
    """The largest error of the kept result, or how many elements are wrong. Numbers below 1 count as 1 in relative
    errors."""
    if case.expect is None:
        return None
    text = f"party alice\nparty bob\ninput result: {case.result} from shares\nreveal result\n"
    found = np.asarray(Program(Source("open.mpc", "open.mpc", text), options).run_local({})["result"], np.float64)
    wanted = np.asarray(case.expect(inputs), np.float64)
    if case.error == "exact":
        return float(np.count_nonzero(found != wanted))
    scale = np.maximum(np.abs(wanted), 1) if case.error == "relative" else np.ones_like(wanted)
    return float(np.max(np.abs(found - wanted) / scale))
