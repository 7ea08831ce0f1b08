"""The benchmarks, one row for each. In: nothing. Out: programs, their inputs, and their expected results.

Inputs are drawn from a fixed seed. They are nobody's data, and two frameworks should work on the same inputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Inputs = dict[str, Any]
"""Inputs by name: an array, or a table as arrays by column."""
Make = Callable[[np.random.Generator], Inputs]
Expect = Callable[[Inputs], Array]


@dataclass(frozen=True, slots=True)
class Case:
    """A benchmark: a program of `examples/bench` on inputs of one size.

    `elements` is what the rate counts. `stored` declares the inputs that are shared before the clock starts, by name
    and type. `result` is the type of the result, and `expect` computes the expected one. `error` says how the two are
    compared: "exact", "absolute", "relative", or "" where nothing is compared. `spu` names the same computation for
    SPU, "" where there is none.
    """

    name: str
    program: str
    elements: int
    make: Make
    stored: Mapping[str, str]
    result: str
    expect: Expect | None
    error: str
    spu: str
    protocols: tuple[str, ...] = ("rep3", "semi2k")


def _integers(n: int, bits: int, random: np.random.Generator) -> Inputs:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1)
    return {name: random.integers(low, high, n, dtype=np.int64) for name in ("x", "y")}


def _numbers(shape: tuple[int, ...], bound: float, random: np.random.Generator) -> Inputs:
    return {name: _rounded(random.uniform(-bound, bound, shape)) for name in ("x", "y")}


def _halves(n: int, least: float, most: float, random: np.random.Generator) -> Inputs:
    """Two summands. Their sum lies between twice the bounds."""
    return {name: _rounded(random.uniform(least, most, n)) for name in ("a", "b")}


def _quotients(n: int, random: np.random.Generator) -> Inputs:
    divisors = _halves(n, 0.25, 50, random)
    return {**_halves(n, -50, 50, random), "c": divisors["a"], "d": divisors["b"]}


def _rounded(x: Array) -> Array:
    """The numbers rounded to 16 fraction bits. Inputs are thus exact, and any error is the computation's."""
    rounded: Array = np.round(x * 2**16) / 2**16
    return rounded


def _regression(records: int, columns: int, batch: int, epochs: int, random: np.random.Generator) -> Inputs:
    features = _rounded(np.clip(random.standard_normal((records, columns)), -4, 4))
    labels = features @ random.standard_normal(columns) > 0
    return {
        "features": features,
        "labels": labels,
        "one_per_epoch": np.ones(epochs, bool),
        "one_per_record_of_a_batch": np.ones(batch, bool),
    }


def _trained(inputs: Inputs) -> Array:
    """The weights of the regression in double precision."""
    x, y, batch = inputs["features"], inputs["labels"], len(inputs["one_per_record_of_a_batch"])
    weights = np.zeros(x.shape[1])
    for _ in inputs["one_per_epoch"]:
        for begin in range(0, len(x), batch):
            part = x[begin : begin + batch]
            error = 1 / (1 + np.exp(-(part @ weights))) - y[begin : begin + batch]
            weights -= 0.5 / batch * (part.T @ error)
    return weights


def _images(records: int, random: np.random.Generator) -> Inputs:
    return {
        "images": _rounded(random.uniform(0, 1, (records, 784))),
        "labels": np.eye(10)[random.integers(0, 10, records)],
        "first": _rounded(random.uniform(-0.06, 0.06, (784, 128))),
        "second": _rounded(random.uniform(-0.15, 0.15, (128, 128))),
        "third": _rounded(random.uniform(-0.15, 0.15, (128, 10))),
    }


def _learnt(inputs: Inputs) -> Array:
    """The last layer's weights in double precision."""
    w1, w2, w3 = (np.array(inputs[name]) for name in ("first", "second", "third"))
    for begin in range(0, len(inputs["images"]), 128):
        xb, yb = inputs["images"][begin : begin + 128], inputs["labels"][begin : begin + 128]
        z1 = xb @ w1
        a1 = np.maximum(z1, 0)
        z2 = a1 @ w2
        a2 = np.maximum(z2, 0)
        z3 = a2 @ w3
        powers = np.exp(z3 - z3.max(axis=1)[:, None])
        d3 = (powers / powers.sum(axis=1)[:, None] - yb) / 128
        d2 = (z2 > 0) * (d3 @ w3.T)
        d1 = (z1 > 0) * (d2 @ w2.T)
        w3, w2, w1 = w3 - 0.05 * (a2.T @ d3), w2 - 0.05 * (a1.T @ d2), w1 - 0.05 * (xb.T @ d1)
    return w3


def _blocks(n: int, random: np.random.Generator) -> Inputs:
    return {"blocks": random.integers(0, 256, (n, 16)), "key": random.integers(0, 256, (1, 16))}


def _of_sum(function: Callable[[Array], Array], inputs: Inputs) -> Array:
    return function(inputs["a"] + inputs["b"])


def _logistic(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


_INT = {"x": "int[n]", "y": "int[n]"}
_INT32 = {"x": "int32[n]", "y": "int32[n]"}
_FIXED = {"x": "fixed[n]", "y": "fixed[n]"}
_SQUARE = {"x": "fixed[n, n]", "y": "fixed[n, n]"}
_MILLION = 1_000_000
_REP3 = ("rep3",)


def _records(n: int, random: np.random.Generator) -> Inputs:
    """Two tables of `n` rows in random orders, half of whose keys match."""
    return {
        "orders": {"id": random.permutation(n), "count": random.integers(0, 100, n)},
        "prices": {"id": random.permutation(n) + n // 2, "cents": random.integers(0, 10_000, n)},
    }


def _revenue(inputs: Inputs) -> Array:
    """The sum of count times cents over the keys that both tables have."""
    orders, prices = inputs["orders"], inputs["prices"]
    _, mine, theirs = np.intersect1d(orders["id"], prices["id"], assume_unique=True, return_indices=True)
    total: Array = np.sum(orders["count"][mine] * prices["cents"][theirs])
    return total


def _join(n: int, protocol: str) -> Case:
    title = f"join {n:,} with {n:,} rows, half of which match"
    return Case(title, "join", n, partial(_records, n), {}, "int", _revenue, "exact", "", (protocol,))


def _less(inputs: Inputs) -> Array:
    less: Array = inputs["x"] < inputs["y"]
    return less


def _matmul(n: int) -> Case:
    return Case(
        f"matrix product {n} x {n} x {n}, fixed",
        "matmul",
        n**3,
        partial(_numbers, (n, n), 10),
        _SQUARE,
        "fixed[n, n]",
        lambda inputs: inputs["x"] @ inputs["y"],
        "absolute",
        "matmul",
        ("rep3", "semi2k") if n == 512 else _REP3,
    )


def _sort(n: int, spu: str) -> Case:
    return Case(
        f"sort {n:,} int32",
        "sort",
        n,
        lambda random: {"x": _integers(n, 32, random)["x"]},
        {"x": "int32[n]"},
        "int32[n]",
        lambda inputs: np.sort(inputs["x"]),
        "exact",
        spu,
        _REP3,
    )


def _regressions(records: int, columns: int, batch: int, epochs: int, protocols: tuple[str, ...]) -> Case:
    steps = records // batch * epochs
    return Case(
        f"logistic regression, {records:,} x {columns}, batch {batch}, {steps} steps",
        "logistic",
        steps,
        partial(_regression, records, columns, batch, epochs),
        {},
        "fixed[n]",
        _trained,
        "absolute",
        "logistic",
        protocols,
    )


def _function(name: str, least: float, most: float, function: Callable[[Array], Array], error: str) -> Case:
    n = 100_000
    make = partial(_halves, n, least / 2, most / 2)
    title = f"{name} of {n:,}, from {least:g} to {most:g}"
    return Case(title, name, n, make, {}, "fixed[n]", partial(_of_sum, function), error, name, _REP3)


CASES = (
    Case(
        "multiply 1,000,000 int",
        "multiply_int",
        _MILLION,
        partial(_integers, _MILLION, 64),
        _INT,
        "int[n]",
        lambda inputs: inputs["x"] * inputs["y"],
        "exact",
        "multiply",
    ),
    Case(
        "multiply 1,000,000 fixed",
        "multiply_fixed",
        _MILLION,
        partial(_numbers, (_MILLION,), 1000),
        _FIXED,
        "fixed[n]",
        lambda inputs: inputs["x"] * inputs["y"],
        "absolute",
        "multiply",
        _REP3,
    ),
    Case(
        "compare 1,000,000 int",
        "compare_int",
        _MILLION,
        partial(_integers, _MILLION, 63),
        _INT,
        "int[n]",
        _less,
        "exact",
        "compare",
    ),
    Case(
        "compare 1,000,000 int32",
        "compare_int32",
        _MILLION,
        partial(_integers, _MILLION, 32),
        _INT32,
        "int[n]",
        _less,
        "exact",
        "compare",
        _REP3,
    ),
    _matmul(512),
    _matmul(1024),
    _regressions(448, 30, 32, 10, ("rep3", "semi2k")),
    _regressions(9984, 100, 128, 5, _REP3),
    Case(
        "dense network 784-128-128-10, batch 128, 8 steps",
        "network",
        8,
        partial(_images, 1024),
        {},
        "fixed[n, 10]",
        _learnt,
        "absolute",
        "network",
    ),
    _sort(100_000, "sort"),
    _sort(1_000_000, ""),
    Case(
        "divide 100,000 fixed",
        "divide",
        100_000,
        partial(_quotients, 100_000),
        {},
        "fixed[n]",
        lambda inputs: (inputs["a"] + inputs["b"]) / (inputs["c"] + inputs["d"]),
        "relative",
        "divide",
        _REP3,
    ),
    _function("exp", -8, 8, np.exp, "relative"),
    _function("sqrt", 0, 10_000, np.sqrt, "relative"),
    _function("sigmoid", -16, 16, _logistic, "absolute"),
    _join(1_000_000, "rep3"),
    _join(100_000, "semi2k"),
    Case(
        "AES-128 of 10,000 blocks",
        "encrypt",
        10_000,
        partial(_blocks, 10_000),
        {},
        "bool[8, 16, n]",
        None,
        "",
        "",
        _REP3,
    ),
)
