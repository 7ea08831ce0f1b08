"""Programs that wrap in silence elsewhere. Each gives the right answer, or is told of at its line before it runs, or
is refused to the owner of an input that is too large, by its line: under every protocol.

Right answers are those of Python's numbers, which do not wrap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.pipeline import report_ranges
from tacit.runtime.errors import InputError

from tests.programs.running import SETTINGS, elaborated, run_both_ways

COUNT = 200
HEAD = f"""party a
party b
input x: fixed from a
input y: fixed from b
input v: fixed[{COUNT}] from a
input w: fixed[{COUNT}] from b
input i: int32 from a
input j: int32 from b
input m: int32[{COUNT}] from a
input n: int32[{COUNT}] from b
input p: int8[{COUNT}] from a
input q: int8[{COUNT}] from b
input k: int from a
input l: int from b
"""
LINE = HEAD.count("\n") + 1
UNIT = 2.0**-16

RIGHT, TOLD, REFUSED = "right", "told", "refused"

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What is revealed, of these inputs (all others are 1); what comes of it; and the right answer."""

    text: str
    inputs: Inputs
    outcome: str
    answer: Callable[[Inputs], Any]


def numbers(low: int, high: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, COUNT, endpoint=True)


BIG = 2**31 - 1
CASES = {
    "a product of large whole numbers as fixed point": Case(
        "fixed(i) * fixed(j)", {"i": 1231234, "j": 1231235}, RIGHT, lambda of: of["i"] * of["j"]
    ),
    "the same as integers": Case("i * j", {"i": 1231234, "j": 1231235}, RIGHT, lambda of: of["i"] * of["j"]),
    "the same as constants": Case(
        "fixed(1231234) * fixed(1231235) + x", {}, TOLD, lambda of: 1231234 * 1231235 + of["x"]
    ),
    "the largest product of fixed": Case(
        "clip(x, -32767, 32767) * clip(y, -32767, 32767)", {"x": 32767.0, "y": -32767.0}, RIGHT,
        lambda of: of["x"] * of["y"],
    ),
    "sums of squares of features that nobody scaled": Case(
        "sum((v - w) ** 2)", {"v": numbers(0, 90_000), "w": numbers(0, 90_000, 2)}, RIGHT,
        lambda of: ((of["v"] - of["w"]) ** 2).sum(),
    ),
    "of features that have been": Case(
        "sum((clip(v, -9, 9) - clip(w, -9, 9)) ** 2)", {"v": numbers(-9, 9), "w": numbers(-9, 9, 2)}, RIGHT,
        lambda of: ((of["v"] - of["w"]) ** 2).sum(),
    ),
    "the same of whole features": Case(
        "sum((m - n) ** 2)", {"m": numbers(0, BIG), "n": -numbers(0, BIG, 2)}, REFUSED,
        lambda of: ((of["m"].astype(object) - of["n"]) ** 2).sum(),
    ),
    "of bytes": Case(
        "sum((p - q) ** 2)", {"p": numbers(127, 127), "q": numbers(-128, -128)}, RIGHT,
        lambda of: ((of["p"] - of["q"]) ** 2).sum(),
    ),
    "a quotient above 500": Case("x / max(y, 0.5)", {"x": 30000.0, "y": 0.5}, RIGHT, lambda of: of["x"] / of["y"]),
    "a quotient by next to nothing": Case("x / y", {"x": 90000.0, "y": UNIT}, RIGHT, lambda of: of["x"] / of["y"]),
    "a quotient of large numbers": Case(
        "x / max(y, 1)", {"x": 1e9, "y": 700.0}, RIGHT, lambda of: of["x"] / of["y"]
    ),
    "a power of e": Case("exp(clip(x, -9, 20)) + y", {"x": 20.0}, RIGHT, lambda of: np.exp(20.0) + of["y"]),
    "a power of e that is too large": Case("exp(x + y)", {"x": 25.0}, REFUSED, lambda of: np.exp(of["x"] + of["y"])),
    "a sigmoid of a large number": Case("sigmoid(x * 1000)", {"x": 900.0}, RIGHT, lambda of: 1.0),
    "a variance of large numbers": Case(
        "var(concat(v, w))", {"v": numbers(0, 100_000), "w": numbers(0, 100_000, 2)}, RIGHT,
        lambda of: np.concatenate((of["v"], of["w"])).var(),
    ),
    "a variance of a small range": Case(
        "var(concat(clip(v, 0, 999), clip(w, 0, 999)))", {"v": numbers(0, 999), "w": numbers(0, 999, 2)}, RIGHT,
        lambda of: np.concatenate((of["v"], of["w"])).var(),
    ),
    "a mean of large numbers": Case(
        "mean(concat(v, w))", {"v": numbers(10**6, 10**6), "w": numbers(10**6, 10**6)}, RIGHT, lambda of: 10**6
    ),
    "a mean of larger ones": Case("mean(concat(v, w))", {"v": numbers(10**9, 10**9)}, REFUSED, lambda of: of["v"]),
    "products of bytes": Case(
        "p * q", {"p": numbers(-128, -128), "q": numbers(-128, -128)}, RIGHT, lambda of: of["p"] * of["q"]
    ),
    "chains of products of bytes": Case(
        "p * q * p * q", {"p": numbers(-128, -128), "q": numbers(-128, -128)}, RIGHT,
        lambda of: (of["p"] * of["q"]) ** 2,
    ),
    "running sums": Case(
        "cumsum(m + n)", {"m": numbers(BIG, BIG), "n": numbers(BIG, BIG)}, RIGHT,
        lambda of: (of["m"] + of["n"]).cumsum(),
    ),
    "running sums of numbers of 64 bits": Case(
        "cumsum(reshape(k, (1,)) + n)", {"k": 2**63 - 1}, REFUSED, lambda of: of["k"] + of["n"]
    ),
    "a product of matrices of wide numbers": Case(
        "m @ n", {"m": numbers(BIG, BIG), "n": numbers(BIG, BIG)}, REFUSED,
        lambda of: int(of["m"].astype(object) @ of["n"]),
    ),
    "of bytes with wide numbers": Case(
        "p @ m + q @ n", {"m": numbers(BIG, BIG), "p": numbers(-128, -128), "n": numbers(-BIG, -BIG)}, RIGHT,
        lambda of: (of["p"] @ of["m"]) + (of["q"] @ of["n"]),
    ),
    "a power": Case("(i + j) ** 3", {"i": BIG, "j": BIG}, REFUSED, lambda of: (of["i"] + of["j"]) ** 3),
    "a power of a byte": Case("(p + q) ** 7", {"p": numbers(127, 127), "q": numbers(127, 127)}, RIGHT,
        lambda of: (of["p"] + of["q"]) ** 7),
    "a power of a fraction": Case("(x + y) ** 4", {"x": 1000.0}, RIGHT, lambda of: (of["x"] + of["y"]) ** 4),
    "a shift": Case("(i + j) << 30", {"i": BIG, "j": BIG}, RIGHT, lambda of: (of["i"] + of["j"]) << 30),
    "a shift that is too far": Case(
        "(i + j) << 33", {"i": BIG, "j": BIG}, REFUSED, lambda of: (of["i"] + of["j"]) << 33
    ),
    "a sum of numbers of 64 bits": Case("k + l", {"k": 2**63 - 1}, REFUSED, lambda of: of["k"] + of["l"]),
    "a product of numbers of 64 bits": Case("k * l", {"k": 2**62, "l": 4}, REFUSED, lambda of: of["k"] * of["l"]),
    "a comparison of the largest and the least": Case(
        "k > l", {"k": 2**63 - 1, "l": -(2**63)}, REFUSED, lambda of: of["k"] > of["l"]
    ),
    "a comparison of large numbers": Case("k > l", {"k": 2**61, "l": -(2**61)}, RIGHT, lambda of: True),
    "a distance of wide numbers": Case("abs(i - j)", {"i": BIG, "j": -BIG}, RIGHT, lambda of: of["i"] - of["j"]),
    "a fixed number of a wide one": Case(
        "fixed(i * j) + x", {"i": BIG, "j": BIG}, REFUSED, lambda of: of["i"] * of["j"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", CASES)
def test_right_or_told_or_refused(name: str, setting: str) -> None:
    case = CASES[name]
    try:
        program = elaborated(f"{HEAD}reveal {case.text} as r\n")
        told = report_ranges(program).diagnostics
    except CompileError as error:
        told = tuple(error.diagnostics)
    assert all(each.span.line == LINE and each.remedy for each in told)
    assert bool(told) == (case.outcome == TOLD)
    if told:
        return
    types = {each.attributes["name"]: each.results[0].type for each in program.body.operations if each.name == "input"}
    given = {name: case.inputs.get(name, np.ones(type.shape, np.int64)[()]) for name, type in types.items()}
    inputs = {name: np.round(value * 2.0 ** types[name].element.scale) if types[name].element.scale else value
              for name, value in given.items()}  # fmt: skip
    arrays = {name: np.asarray(value).astype(np.int64) for name, value in inputs.items()}
    if case.outcome == REFUSED:
        with pytest.raises(InputError, match=rf"line {LINE} could overflow"):
            run_both_ways(program, arrays, setting)
        return
    scale = next(each for each in program.body.operations if each.name == "reveal").operands[0].type.element.scale
    found = run_both_ways(program, arrays, setting).protected["a"]["r"] / (2**scale if scale else 1)
    answer = np.asarray(case.answer(given)).astype(np.float64)
    assert np.all(np.abs(found - answer) <= (2.0**-12 + np.abs(answer) * 2.0**-16 if scale else 0))
