"""Predicted seconds beside measured ones. In: a folder of programs with their data. Out: a line for each run, as text.

Use a quiet machine. A prediction is for parties on machines of their own, and anything else that runs here only slows
them down.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TextIO

from .compilation import Options
from .compiler.protocols.table import PROTOCOLS
from .compiler.source import Source
from .compiler.target import NETWORKS
from .program import Program

_LINE = "{:24} {:8} {:5} {:>10} {:>10} {:>10} {:>8}"


def check_predictions(out: TextIO, folder: Path, networks: Sequence[str], runs: int) -> None:
    """Runs every `folder/NAME/NAME.mpc` on `folder/NAME/data` under all protocols and these networks."""
    print(_LINE.format("program", "protocol", "net", "predicted", "best", "median", "p/median"), file=out)
    for path in sorted(folder.glob("*/*.mpc")):
        if path.stem == path.parent.name:
            for protocol in PROTOCOLS:
                for network in networks:
                    print(_line(path, protocol, network, runs), file=out, flush=True)


def _line(path: Path, protocol: str, network: str, runs: int) -> str:
    options = Options(protocol, network=NETWORKS[network])
    program = Program(Source(path.name, str(path), path.read_text(encoding="utf-8")), options)
    data = path.parent / "data"
    first = program.run_local({}, data, network=options.network, profiled=True)
    assert first.measured is not None
    predicted = first.measured.explanation.lines.seconds(first.measured.profiles[0].turns)
    measured = [program.run_local({}, data, network=options.network).report.seconds["online"] for _ in range(runs)]
    middle = median(measured)
    amounts = (f"{1e3 * seconds:.2f} ms" for seconds in (predicted, min(measured), middle))
    return _LINE.format(path.stem, protocol, network, *amounts, f"{predicted / middle:.2f}")
