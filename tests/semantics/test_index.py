"""Indexing and assignment to parts agree with NumPy, which evaluates the same texts."""

# ruff: noqa: S307

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import EvaluationError

from tests.semantics.running import compiled as compile_text
from tests.semantics.running import mistakes, names, run

X = np.arange(24).reshape(2, 3, 4)

READS = [
    "1", "-1", "0, 2, 3", "-1, -2, -3", ":", "1:", ":, 1:3", ":, ::2", ":, ::-1", ":, ::-2", "..., 1", "..., 0, 1:3",
    "0, ..., -2:", ":, None", "None, ..., None", "1, None, :, 2", ":, 5:9", ":, 2:1", ":, -2:", "::-1, :1, -1::-3",
    ":, [0, 2, 2]", ":, [-1, 0]", "..., [3, 1]", "1, [0, 1], 2:", ":, [[0, 1], [2, 0]]", "[1, 0], None, 2",
    "[0, 1, 1], [2, 0, -1]", "[1, 0], [2, 2], [3, 0]", ":, [0, 2], [3, -4]", "..., [0, 2, 1], [[1], [2]]",
    "[1, 1], [0, 2], 1:3", "[1, 0], [2], None",
]  # fmt: skip


@pytest.mark.parametrize("index", READS)
def test_reading_is_numpy(index: str) -> None:
    expected = eval(f"X[{index}]")
    assert run(f"input x: int[2, 3, 4] from alice\nreveal x[{index}] as r\n", {"x": X})["r"] == expected.tolist()


PAIRS = [
    "i, j",
    "i, [2, 0, 1], k",
    "[1, 0, 1], j, k",
    "i, j, [3, 0, 0]",
    ":, j, k",
    "i, j, 1",
    "1, j, k[:, None]",
    "i, j, None",
]


@pytest.mark.parametrize("index", PAIRS)
@pytest.mark.parametrize("origin", ["from bob", ""])
@pytest.mark.parametrize("kind", ["int", "bool"])
def test_private_and_revealed_pairs(index: str, origin: str, kind: str) -> None:
    """Element m of `x[i, j]` is `x[i[m], j[m]]`, whoever knows the places."""
    x = X if kind == "int" else X % 3 == 0
    places = {"i": np.array([1, 0, 1]), "j": np.array([0, 2, 1]), "k": np.array([3, 3, 0])}
    head = "".join(f"input {name}: int[3] {origin}\n" for name in places)
    text = f"input x: {kind}[2, 3, 4] from alice\n{head}reveal x[{index}] as r\n"
    assert run(text, {"x": x, **places})["r"] == eval(f"x[{index}]", {"x": x, **places}).tolist()


def test_a_place_of_a_pair_that_only_the_run_knows_is_checked() -> None:
    """As one number, 3 on an axis of 3 would be a place of the next row."""
    text = "input x: int[2, 3] from alice\ninput k: int[2]\nreveal x[[0, 1], k] as r\n"
    assert run(text, {"x": X[0, :2, :3], "k": [2, -1]})["r"] == [2, 6]
    with pytest.raises(EvaluationError, match="index 3 is outside an axis of 3 elements"):
        run(text, {"x": X[0, :2, :3], "k": [3, 0]})


WRITES = [
    ("1", "5"), ("-1", "v"), ("0, 2, 3", "7"), (":, 1:3", "9"), (":, ::2", "v"), ("..., 1", "[[1, 2, 3], [4, 5, 6]]"),
    (":, ::-1", "x"), (":, [0, 2]", "v"), ("1, [2, 0], 1:3", "[[1, 2], [3, 4]]"), (":, 2:1", "3"), ("0, :, -2:", "8"),
]  # fmt: skip


@pytest.mark.parametrize(("index", "value"), WRITES)
def test_writing_is_numpy(index: str, value: str) -> None:
    expected = X.copy()
    expected[eval(f"np.s_[{index}]")] = eval(value, {"v": np.array([7, 8, 9, 10]), "x": X})
    text = f"input x: int[2, 3, 4] from alice\ninput v: int[4] from bob\nx[{index}] = {value}\nreveal x\n"
    assert run(text, {"x": X, "v": [7, 8, 9, 10]})["x"] == expected.tolist()


@pytest.mark.parametrize("index", ["k", "0, k", "k, 1", "k, :, 1", "..., k", ":, k, 1:3", "k, None", "k, k"])
@pytest.mark.parametrize("origin", ["from bob", ""])
def test_private_and_revealed_places(index: str, origin: str) -> None:
    """Private places read every element; public ones only the one that is asked for."""
    text = f"input x: int[2, 3, 4] from alice\ninput k: int {origin}\nreveal x[{index}] as r\n"
    for k in (0, 1):
        assert run(text, {"x": X, "k": k})["r"] == eval(f"X[{index}]", {"X": X, "k": k, "None": None}).tolist()
    assert ("slice_at" in names(compile_text(text))) == (origin == "")


@pytest.mark.parametrize("index", ["k", "0, k", "k, 1:3", "..., k", "k, k"])
@pytest.mark.parametrize("origin", ["from bob", ""])
def test_writing_to_private_and_revealed_places(index: str, origin: str) -> None:
    text = f"input x: int[2, 3, 4] from alice\ninput k: int {origin}\nx[{index}] = -1\nx[{index}] -= 5\nreveal x\n"
    expected = X.copy()
    expected[eval(f"np.s_[{index}]", {"np": np, "k": 1})] = -6
    assert run(text, {"x": X, "k": 1})["x"] == expected.tolist()


def test_private_places_of_bools_and_fixed() -> None:
    text = """
input x: fixed[3] from alice
input p: bool[3, 2] from alice
input k: int[2, 2] from bob
reveal x[k] as xs
reveal p[k] as ps
reveal p[:, k] as qs
"""
    p, k = np.array([[1, 0], [0, 0], [1, 1]], dtype=bool), np.array([[0, 1], [1, 1]])
    outputs = run(text, {"x": [0.5, -1.5, 2], "p": p, "k": k})
    assert outputs == {"xs": [[0.5, -1.5], [-1.5, -1.5]], "ps": p[k].tolist(), "qs": p[:, k].tolist()}


def test_a_private_place_outside_gives_zero() -> None:
    text = "input x: int[3] from alice\ninput k: int from bob\nreveal x[k] as r\nx[k] = 9\nreveal x\n"
    assert run(text, {"x": [4, 5, 6], "k": 3}) == {"r": 0, "x": [4, 5, 6]}


def test_a_negative_revealed_place_counts_from_the_end() -> None:
    text = "input x: int[3] from alice\ninput k: int\nreveal x[k] as r\n"
    assert run(text, {"x": [4, 5, 6], "k": -1})["r"] == 6


def test_writing_promotes_the_array() -> None:
    text = "input k: fixed from alice\nx = [1, 2, 3]\nx[1] = k\nx[0] += 0.25\nreveal x\n"
    assert run(text, {"k": 2.5})["x"] == [1.25, 2.5, 3]


def test_assignment_makes_a_new_array() -> None:
    assert run("x = zeros(2)\ny = x\nx[0] = 1\nreveal x\nreveal y\n") == {"x": [1, 0], "y": [0, 0]}


@pytest.mark.parametrize("index", ["3", "-4", "0, 0", "5:1:0", "0.5", "x > 1"])
def test_wrong_indices(index: str) -> None:
    assert len(mistakes(f"input x: int[3] from alice\ny = x[{index}]\n")) == 1
