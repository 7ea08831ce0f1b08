"""The commands that report, `explain` and `compare`, and the reports of what `run` measured. In: arguments. Out:
text."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from .. import comparison
from ..comparison import Comparison
from ..compilation import Compilation
from ..compiler.protocols.table import PROTOCOLS
from ..compiler.report.disclosures import Change
from ..compiler.report.explain import Explanation
from ..compiler.report.lock import LockError, dearer, disclosed, to_lock
from ..compiler.target import NETWORKS
from ..program import Program
from ..results import Measured, Result
from ..runtime.errors import UsageError
from ..runtime.run.trace import to_trace
from ..terminal.show_costs import comparison_tables, explanation_tables, heading, memory_table, profile_table
from ..terminal.tables import print_tables
from .arguments import load, pairs, write_whole
from .why import why, why_json, why_table


def explain(chosen: Namespace) -> int:
    """Runs `tacit explain`. Returns the exit status."""
    program = load(chosen)
    sizes = program.sizes_of(pairs(chosen.input, "--input"), chosen.data)
    if chosen.why is not None:
        return _why(program, sizes, chosen)
    explanation = program.explanation_for(sizes)
    if chosen.check is not None:
        return _check(explanation, sizes, chosen.check)
    if chosen.lock is not None:
        write_whole(chosen.lock, to_lock(explanation, sizes).encode())
        print(f"{chosen.lock}: what {explanation.program} costs and discloses now")
    elif chosen.json:
        print(json.dumps(explanation.to_json(), ensure_ascii=False, allow_nan=False))
    else:
        print(heading(explanation), end="\n\n")
        print_tables(sys.stdout, explanation_tables(explanation))
    return 0


def _why(program: Program, sizes: Mapping[str, int], chosen: Namespace) -> int:
    line, found = why(program, sizes, chosen.why)
    text = found[0].span.source.line(line.number).strip()
    if chosen.json:
        print(json.dumps(why_json(line, text, found), ensure_ascii=False, allow_nan=False))
    else:
        print_tables(sys.stdout, [why_table(line, text, found)])
    return 0


def compare(chosen: Namespace) -> int:
    """Runs `tacit compare`. Returns the exit status."""
    program = load(chosen)
    sizes = program.sizes_of(pairs(chosen.input, "--input"), chosen.data)
    explanations = {protocol: _on_networks(program, protocol, sizes) for protocol in PROTOCOLS}
    if chosen.json:
        told = {
            protocol: {
                "trust": PROTOCOLS[protocol].trust,
                **{network: explanation.to_json() for network, explanation in by_network.items()},
            }
            for protocol, by_network in explanations.items()
        }
        print(json.dumps(told, ensure_ascii=False, allow_nan=False))
    else:
        print_tables(sys.stdout, comparison_tables(explanations))
    return 0


def print_profile(out: TextIO, result: Result) -> None:
    """Prints what each line cost, predicted and measured, if the run was profiled."""
    if result.measured is not None:
        print(file=out)
        explanation = result.measured.explanation
        table = profile_table(explanation, _compared(result, result.measured))
        print_tables(out, [table, memory_table(explanation, result.measured.memory)])
        print(file=out)


def profile_json(result: Result) -> dict[str, Any]:
    """The numbers of `print_profile` as JSON data; empty if the run was not profiled."""
    if result.measured is None:
        return {}
    compared, places = _compared(result, result.measured), result.measured.explanation.places
    return {
        "profile": {
            "predicted": {
                "rounds": compared.rounds,
                "bytes": compared.bytes,
                "seconds": compared.seconds,
                "memory": [peak.bytes for peak in result.measured.explanation.memory],
            },
            "measured": {
                "rounds": compared.measured_rounds,
                "bytes": compared.measured_bytes,
                "seconds": compared.measured_seconds,
                "seconds_in_rounds": compared.in_rounds,
                "memory": list(result.measured.memory[: len(result.measured.explanation.memory)]),
            },
            "lines": [
                {
                    "source": line.source,
                    "line": line.number,
                    "rounds": one.cost.rounds,
                    "bytes": one.cost.bytes,
                    "predicted_seconds": one.cost.seconds,
                    "measured_seconds": one.seconds,
                }
                for line in places.in_order(compared.lines)
                for one in [compared.lines[line]]
            ],
        }
    }


def write_trace(path: Path, result: Result) -> None:
    """Writes a trace of what happened. Raises `UsageError` if the run was not profiled."""
    if result.measured is None:
        raise UsageError("--trace wants a run of the protocol: leave --clear out")
    trace = to_trace(result.measured.graph, result.measured.profiles)
    write_whole(path, json.dumps(trace, ensure_ascii=False).encode())


def _check(explanation: Explanation, sizes: Mapping[str, int], path: Path) -> int:
    try:
        lock = path.read_text(encoding="utf-8")
        found, (more, less) = dearer(explanation, sizes, lock), disclosed(explanation, sizes, lock)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', '') or 'it is no text'}") from None
    except LockError as error:
        raise UsageError(f"{path} does not fit: {error}") from None
    for change in more:
        _print_change("tells more", change, explanation)
    for change in less:
        _print_change("tells less", change, explanation)
    for one in found:
        print(f"{one.what} costs more: {', '.join(one.amounts)}", file=sys.stderr)
        for line in one.lines:
            print(f"  {line}", file=sys.stderr)
    if less and not (more or found):
        print(f"{path}: write it anew with --lock to agree on what is told now", file=sys.stderr)
    return 1 if more or found else 0


def _print_change(how: str, change: Change, explanation: Explanation) -> None:
    line = change.line
    place = explanation.program if line is None or not line.number else f"{line.source}:{line.number}"
    print(f"{place} {how}: {change.text}", file=sys.stderr)
    if change.where:
        print(f"  {change.where}", file=sys.stderr)


def _on_networks(program: Program, protocol: str, sizes: Mapping[str, int]) -> dict[str, Explanation]:
    here = program.compilation
    options = replace(here.options, protocol=protocol, preprocessing=None)
    return {
        name: Compilation(here.source, replace(options, network=network), here.watch).explanation_for(sizes)
        for name, network in NETWORKS.items()
    }


def _compared(result: Result, measured: Measured) -> Comparison:
    report = result.report
    return comparison.compare(
        measured.graph,
        measured.explanation.lines,
        measured.profiles,
        report.rounds,
        tuple(report.bytes_sent.values()),
        report.seconds["online"],
    )
