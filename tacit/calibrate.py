"""Measures how long kernels take on this machine. In: nothing. Out: the table that predictions of seconds use.

    python -m tacit.calibrate runtime/graph/times.json
    python -m tacit.calibrate --check examples

Compiles a program that uses every operation, for a few sizes and every protocol. Times each different call of a kernel
in these graphs by itself, on one core, and fits a rate to the times of each kernel. Whole runs of all parties on this
machine give the time that rounds and calls take besides. All this takes two minutes; nothing else should run meanwhile.

With `--check`, nothing is written. The programs of a folder run under every protocol and network, and the predicted
seconds are printed beside the measured ones.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from .compilation import Options
from .compiler.cost.cost import cost_by
from .compiler.protocols.table import PROTOCOLS
from .compiler.source import Source
from .compiler.target import NETWORKS, Network
from .predictions import check_predictions
from .program import Program
from .runtime.graph.correlations import DERIVED, kernel_attributes
from .runtime.graph.cost import count_correlations
from .runtime.graph.nodes import Graph, Local, Random, Storage, ValueType
from .runtime.graph.times import ANY, CALL, DEAL, FIRST, ROUND, START, Rate, Times, to_json, work
from .runtime.graph.walk import every_node
from .runtime.kernels import TABLE, warm
from .runtime.plan.binding import NATIVES
from .runtime.randomness.dealer import deal, seed_sets
from .runtime.randomness.sources import KEY_BYTES, SOURCES, is_one_call
from .runtime.tape.code import Number
from .runtime.tape.repeat import repeated
from .runtime.transport.base import Indirect, Receives, Sends

Array = np.ndarray[Any, Any]
Call = tuple[str, tuple[ValueType, ...], ValueType, dict[str, Any]]

_SIZES = (1, 30, 1000, 30_000)
_SECONDS = 0.02
"""How long each call is repeated. The median of its times counts."""

_TURNS = 10
"""How often a call is made in a row, if runs make this call from a tape."""

_RUNS = 9
"""How often each whole program runs."""

_UNTIMED = frozenset({"verify", "require", "check", "check_index", "identity", "after", "reshape", "bits.reshape"})

OPERATIONS = """\
party alice
party bob
input a: int32[n] from alice
input b: int32[n] from bob
input c: int16[n] from alice
input d: int32[n] from bob
input x: fixed[n] from alice
input y: fixed[n] from bob
input p: bool[n] from alice
input q: bool[n] from bob
input m: fixed[n, 10] from alice
input w: fixed[n, 10] from bob
input s: fixed[60, 60] from alice
input t: fixed[60, 60] from bob

reveal sum(a * b + a - b) as r1
reveal sum(int(a < b) + int(a == b) + int(c < d) + int(c == d)) as r2
reveal sum(select(p and q, a, b) + select(p or not q, x * y, x)) as r3
reveal sum(x / (y + 10.0) + sqrt(x + y) + exp(x - y) + log(x + y)) as r4
reveal sum(sin(x + y) + cos(x + y) + tanh(x * y) + sigmoid(x + y)) as r5
reveal sum(floor(x + y) + (a + b) // 7 + (c + d) % 5 + abs(c - d)) as r6
reveal max(a + b) as r7
reveal argmin(x + y) as r8
reveal any(p and q) as r9
reveal sum(cumsum(x + y)) as r10
reveal m.T @ w as r11
reveal s @ t as r12
reveal ((c + d) >> 3) as r13
reveal count(p != q) as r14
reveal mean(m * w, axis=0) as r15
reveal concat(x, y) * 2.5 as r16
z = x + y
z[0] = 1.0
reveal z as r17
reveal sum(sort(a + b) * a) as r18
reveal sum(shuffle(x - y) * x) as r19
"""

_CHAIN = """\
party alice
party bob
input x: int from alice
input y: int from bob
for i in range(1000):
    x = x * y
reveal x
"""

_DEEP = """\
party alice
party bob
input x: fixed from alice
input y: fixed from bob
w = x * arange(32) * 0.01
for i in range(100):
    w = sigmoid(w + y) * 0.5
reveal sum(w) as x
"""

_SHORT = """\
party alice
party bob
input x: int from alice
input y: int from bob
reveal x * y as x
"""


def main(arguments: list[str]) -> None:
    """Writes the table, or checks predictions, as the arguments say."""
    parser = ArgumentParser(prog="python -m tacit.calibrate", description="Measures how long kernels take.")
    parser.add_argument("file", type=Path, nargs="?", help="the table to write (.json)")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="run FOLDER/NAME/NAME.mpc on FOLDER/NAME/data")
    parser.add_argument("--networks", nargs="+", choices=sorted(NETWORKS), default=["lan", "wan"], metavar="NETWORK")
    parser.add_argument("--runs", type=int, default=5, help="of each program, protocol and network")
    chosen = parser.parse_args(arguments)
    if (chosen.file is None) == (chosen.check is None):
        parser.error("give either a file to write, or --check FOLDER")
    if chosen.check is not None:
        check_predictions(sys.stdout, chosen.check, chosen.networks, max(1, chosen.runs))
    elif chosen.file.suffix != ".json" or not chosen.file.parent.is_dir():
        parser.error(f"{chosen.file} is no .json file in a folder that exists")
    else:
        chosen.file.write_text(to_json(measure_times()), encoding="utf-8")


def measure_times() -> Times:
    """The table of times for this machine."""
    samples: dict[str, list[tuple[int, float]]] = {}
    calls = {_identity(call): call for graph in _graphs() for call in _calls(graph)}
    warm({name for name, *_ in calls.values()}, NATIVES)
    for name, inputs, output, attributes in calls.values():
        seconds = _timed(name, inputs, output, attributes)
        samples.setdefault(name, []).append((work(name, inputs, output, attributes), seconds))
    for source in SOURCES:
        for size in _SIZES:
            kind = ValueType(Storage.WORD32 if source == "permutation" else Storage.RING, (size,))
            taken = _sampled(source, kind)
            samples.setdefault(f"random.{source}", []).append((work("", (), kind, {}), taken))
    rates = {name: _fitted(points) for name, points in samples.items()}
    rates[ANY] = Rate(median(rate.call for rate in rates.values()), median(rate.unit for rate in rates.values()))
    known = Times(dict(rates))
    round, call = _in_runs(known)
    rates[ROUND], rates[CALL] = Rate(round * 1e9, 0.0), Rate(call * 1e9, 0.0)
    rates[FIRST] = Rate(_first(Times(dict(rates))) * 1e9, 0.0)
    rates[START] = Rate(max(0.0, _rest(Times(dict(rates)), _SHORT)[2]) * 1e9, 0.0)
    rates[DEAL] = Rate(_dealing(Times(dict(rates))) * 1e9, 0.0)
    return Times(rates)


def _graphs() -> Iterator[Graph]:
    for protocol in PROTOCOLS:
        for size in _SIZES:
            yield Program(Source("all.mpc", "all.mpc", OPERATIONS), Options(protocol)).graph_for({"n": size})


def _calls(graph: Graph) -> Iterator[Call]:
    for node in every_node(graph.body):
        if isinstance(node, Local):
            for step in node.steps:
                if step.kernel not in _UNTIMED:
                    inputs = tuple(graph.types[value] for value in step.inputs)
                    yield step.kernel, inputs, graph.types[node.output], step.attributes
        elif isinstance(node, Random) and node.source in DERIVED:
            inputs = tuple(graph.types[value] for value in node.inputs)
            yield DERIVED[node.source], inputs, graph.types[node.output], kernel_attributes(node)


def _identity(call: Call) -> tuple[object, ...]:
    name, inputs, output, attributes = call
    return name, inputs, output, repr(sorted(attributes.items()))


def _timed(name: str, inputs: tuple[ValueType, ...], output: ValueType, attributes: Mapping[str, Any]) -> float:
    arrays = [_content(kind) for kind in inputs]
    out = np.empty(output.array_shape, output.dtype)
    step = partial(TABLE[name].run, out, *arrays, **attributes)
    return _in_a_row(repeated(step, _TURNS) if TABLE[name].replays else None, lambda _: step())


def _sampled(source: str, kind: ValueType) -> float:
    keys = {(0, 1): bytes(16), (0, 2): bytes(16), (1, 2): bytes(16), (0, 1, 2): bytes(16)}
    sample = SOURCES[source].bind(0, (0, 1, 2), keys, {}, kind)
    out = np.empty(kind.array_shape, kind.dtype)
    draw = partial(sample, Number(0), out)
    row = repeated(draw, _TURNS, is_draw=True) if is_one_call(source, (0, 1, 2), out) else None
    return _in_a_row(row, lambda number: sample(number, out))


def _in_a_row(row: Callable[[], None] | None, once: Callable[[int], None]) -> float:
    """The seconds of a step: its part of a `row` of steps, or, if there is no row, its time by itself."""
    return _median(once) if row is None else _median(lambda _: row()) / _TURNS


def _median(run: Callable[[int], None]) -> float:
    run(0)
    taken: list[float] = []
    end = perf_counter() + _SECONDS
    while (begin := perf_counter()) < end or len(taken) < 5:
        run(len(taken))
        taken.append(perf_counter() - begin)
    return median(taken)


def _content(kind: ValueType) -> Array:
    """An array to work on. Public integers are zeros, because they may be indices. Vectors of words are permutations,
    because they may be places."""
    if kind.storage is Storage.INTEGER:
        return np.zeros(kind.array_shape, np.int64)
    if kind.storage is Storage.BOOLEAN:
        return np.ones(kind.array_shape, np.bool_)
    scrambled = np.arange(int(np.prod(kind.array_shape)), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    if kind.is_order:
        return np.argsort(scrambled).astype(kind.dtype)
    return scrambled.astype(kind.dtype).reshape(kind.array_shape)


def _fitted(points: list[tuple[int, float]]) -> Rate:
    """The rate with the least squares of relative errors. Neither part of it is negative."""
    units = np.array([unit for unit, _ in points], dtype=float)
    seconds = np.array([each for _, each in points]) * 1e9
    weighted = np.stack([1 / seconds, units / seconds], axis=1)
    call, unit = np.linalg.lstsq(weighted, np.ones(len(points)), rcond=None)[0]
    if unit <= 0 or len(set(units)) == 1:
        return Rate(float(np.median(seconds)), 0.0)
    if call <= 0:
        return Rate(float(seconds.min()), float(np.median(np.maximum(seconds - seconds.min(), 0) / units)))
    return Rate(float(call), float(unit))


def _first(times: Times) -> float:
    """How many seconds longer the first call of a kernel takes in a run of all parties, on average."""
    program = Program(Source("all.mpc", "all.mpc", OPERATIONS), Options())
    integers, fixed = np.arange(1, 31), np.linspace(1.0, 2.0, 30)
    wide, square, bits = np.full((30, 10), 1.5), np.full((60, 60), 0.01), np.arange(30) % 2 == 0
    given = {**dict.fromkeys("abcd", integers), **dict.fromkeys("xy", fixed), **dict.fromkeys("pq", bits)}
    measured = program.run_local({**given, "m": wide, "w": wide, "s": square, "t": square}, profiled=True).measured
    assert measured is not None
    calls = {_identity(call): call for call in _calls(measured.graph)}.values()
    usual = {name: times.seconds(name, inputs, output, attributes) for name, inputs, output, attributes in calls}
    longer: list[float] = []
    for profile in measured.profiles:
        firsts = {one.name: one for one in reversed(profile.sums) if one.kind == "kernel" and one.name in usual}
        longer += [one.nanoseconds * 1e-9 - usual[one.name] for one in firsts.values()]
    return max(0.0, sum(longer) / len(longer))


def _in_runs(times: Times) -> tuple[float, float]:
    """The seconds of a round besides network and kernels, and of a call in a run besides its time by itself.

    The programs have few or many calls in each round. They run over a LAN, under every protocol, because protocols
    differ in how many parties share a core. The result has the least squares of rest = rounds * round + calls * call,
    relative to each program's rounds.
    """
    rows = [_rest(times, source, protocol) for source in (_CHAIN, _DEEP) for protocol in PROTOCOLS]
    left = np.array([[1.0, calls / rounds] for rounds, calls, _ in rows])
    right = np.array([rest / rounds for rounds, _, rest in rows])
    round, call = np.linalg.lstsq(left, right, rcond=None)[0]
    return max(0.0, float(round)), max(0.0, float(call))


def _rest(times: Times, source: str, protocol: str = "rep3") -> tuple[int, int, float]:
    """A program's rounds, the calls at its busiest party, and the seconds of its run that `times` does not explain."""
    program, lan = Program(Source("rounds.mpc", "rounds.mpc", source), Options(protocol)), NETWORKS["lan"]
    given = {"x": 3, "y": 1}
    measured = program.run_local(given, profiled=True).measured
    assert measured is not None
    calls = max(sum(one.runs for one in each.sums if one.kind in ("kernel", "random")) for each in measured.profiles)
    reports = [program.run_local(given, network=lan).report for _ in range(_RUNS)]
    online = median(report.seconds["online"] for report in reports)
    known = cost_by(measured.graph, lambda place: place, lan, times).seconds()
    return reports[0].rounds, calls, online - known


class _Nowhere(Indirect):
    """A transport of party `me`, the last one, whose messages nobody gets."""

    def __init__(self, me: int) -> None:
        self.me = me
        self.peers = tuple(range(me))

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def _dealing(times: Times) -> float:
    """The seconds that the dealer needs for a value besides its streams and kernels."""
    graph = Program(Source("rounds.mpc", "rounds.mpc", _DEEP), Options("semi2k")).graph_for({})
    dealer = graph.dealer
    assert dealer is not None
    values = sum(amount.values for amount in count_correlations(graph).values())
    keys = dict.fromkeys(seed_sets(graph), bytes(KEY_BYTES))

    def run(_: int) -> None:
        deal(graph, _Nowhere(dealer), keys)

    fast = Network(0.0, 1e9)
    known = cost_by(graph, lambda place: place, fast, times).program.total.offline_seconds
    return max(0.0, (_median(run) - known) / values)


if __name__ == "__main__":
    main(sys.argv[1:])
