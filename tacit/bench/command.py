"""The command `tacit bench`. In: its arguments. Out: a table, or one JSON object."""

import json
import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from ..compiler.protocols.table import PROTOCOLS
from ..runtime.errors import UsageError
from ..terminal.tables import Column, Table, print_tables
from .against_spu import Spu
from .cases import CASES, Case
from .measure import Measurement, Rival, measure_all

_RUNS = 5


def bench_arguments(parser: ArgumentParser) -> None:
    """Adds the arguments of `bench`."""
    parser.add_argument(
        "word", metavar="WORD", nargs="*", help="only benchmarks with one of these words in their name (default: all)"
    )
    parser.add_argument("--list", action="store_true", help="print the names and nothing else")
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), help="only this one (default: all)")
    parser.add_argument("--runs", type=int, default=_RUNS, metavar="N", help="medians of N (default: %(default)s)")
    parser.add_argument("--against", choices=("spu",), help="run another framework in turns, and print ratios")
    parser.add_argument(
        "--python",
        metavar="FILE",
        type=Path,
        help="with --against: the interpreter of an environment where the other framework is installed",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def bench(chosen: Namespace) -> int:
    """Runs the chosen benchmarks. Returns the exit status. Raises `UsageError` for arguments that fit nothing."""
    cases = [case for case in CASES if not chosen.word or any(word in case.name for word in chosen.word)]
    if not cases:
        raise UsageError("no benchmark has such a name: `tacit bench --list` prints them")
    if chosen.runs < 1:
        raise UsageError("--runs wants a number from 1")
    if chosen.list:
        for case in cases:
            print(case.name)
        return 0
    protocols = [chosen.protocol] if chosen.protocol else sorted(PROTOCOLS)
    with _rival(chosen) as rival:
        found = list(measure_all(cases, protocols, chosen.runs, rival, _tell))
    if chosen.json:
        measurements = [asdict(each) for each in found]
        told = {"version": version("tacit"), "machine": platform.machine(), "measurements": measurements}
        print(json.dumps(told))
    else:
        tables = [_table(protocol, found, cases, rival) for protocol in dict.fromkeys(each.protocol for each in found)]
        print_tables(sys.stdout, tables)
    return 0


def _rival(chosen: Namespace) -> AbstractContextManager[Rival | None]:
    if chosen.against is None:
        return nullcontext()
    if chosen.python is None:
        raise UsageError(f"--against {chosen.against} wants --python FILE, whose environment has it installed")
    return Spu(chosen.python)


def _tell(line: str) -> None:
    """Says what is being measured now, on a terminal only."""
    if sys.stderr.isatty():
        print(f"{line} ...", file=sys.stderr)


def _table(protocol: str, found: Sequence[Measurement], cases: Sequence[Case], rival: Rival | None) -> Table:
    kinds = {case.name: case.error for case in cases}
    headings = ["seconds", "fastest", "rounds", "MB sent", "a second", "error"]
    headings += [] if rival is None else [rival.name, "times ours"]
    rows = [_cells(each, kinds[each.name], rival is not None) for each in found if each.protocol == protocol]
    columns = (Column("benchmark"), *(Column(heading, is_number=True) for heading in headings))
    notes = ("seconds online, medians; error: how many elements are wrong, or how far the worst is off",)
    return Table(f"{protocol}, {found[0].runs} runs each", columns, tuple(rows), notes=notes)


def _cells(each: Measurement, kind: str, with_rival: bool) -> tuple[str, ...]:
    cells = [each.name, f"{each.seconds:.4f}", f"{each.fastest:.4f}", f"{each.rounds:,}"]
    cells += [f"{each.bytes_sent / 1e6:,.1f}", f"{each.rate:,.0f}", _error(each.error, kind)]
    if with_rival:
        cells += ["" if each.rival is None else f"{each.rival:.3f}", "" if each.ratio is None else f"{each.ratio:.1f}"]
    return tuple(cells)


def _error(error: float | None, kind: str) -> str:
    if error is None:
        return ""
    return f"{error:.0f} wrong" if kind == "exact" else f"{error:.1e} {kind[:3]}"
