"""Examples on arrays: protected and over real sockets they give the answer beside them, and that answer is right."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tacit

EXAMPLES = Path(__file__).parents[2] / "examples"
TESTED = ("millionaires", "salary", "edit_distance", "clinics")
UNIT = 2.0**-16


def path_of(example: str) -> Path:
    return EXAMPLES / example / f"{example}.mpc"


def answer(example: str) -> dict[str, dict[str, Any]]:
    return json.loads((EXAMPLES / example / "answer.json").read_text())


def rows(example: str, name: str) -> list[list[str]]:
    return [line.split(",") for line in (EXAMPLES / example / "data" / f"{name}.csv").read_text().splitlines()]


def numbers(example: str, name: str) -> np.ndarray:
    """A CSV of numbers below a header."""
    return np.array(rows(example, name)[1:], dtype=float)


@pytest.fixture(scope="module", params=["rep3", "semi2k"])
def runs(request: pytest.FixtureRequest) -> dict[str, tacit.Result]:
    """Each example run once under each protocol."""
    return {
        example: tacit.compile(path_of(example), protocol=request.param).run_local({}, EXAMPLES / example / "data")
        for example in TESTED
    }


@pytest.mark.parametrize("example", ["millionaires", "edit_distance"])
def test_exact_answers(runs: dict[str, tacit.Result], example: str) -> None:
    assert as_lists(runs[example].outputs) == answer(example)


def test_salaries_protected(runs: dict[str, tacit.Result]) -> None:
    for role, expected in answer("salary").items():
        got = runs["salary"].outputs[role]
        assert as_lists(got["people"]) == expected["people"]
        assert as_lists(got["quartile_counts"]) == expected["quartile_counts"]
        np.testing.assert_allclose(got["mean_salary"], expected["mean_salary"], atol=8 * UNIT, rtol=2.0**-18)
        np.testing.assert_allclose(got["salary_variance"], expected["salary_variance"], atol=32 * UNIT, rtol=2.0**-17)


def test_clinics_protected(runs: dict[str, tacit.Result]) -> None:
    expected, got = answer("clinics"), runs["clinics"].outputs
    assert set(got["clinic_b"]) == {"correct"}
    assert abs(got["clinic_a"]["correct"] - expected["clinic_a"]["correct"]) <= 1
    np.testing.assert_allclose(got["clinic_a"]["weights"], expected["clinic_a"]["weights"], atol=0.02)
    np.testing.assert_allclose(got["clinic_a"]["bias"], expected["clinic_a"]["bias"], atol=0.02)


def test_millionaires_answer() -> None:
    wealth = [int((EXAMPLES / f"millionaires/data/{name}_wealth.json").read_text()) for name in ("alice", "bob")]
    assert answer("millionaires")["alice"]["alice_is_richer"] is (wealth[0] > wealth[1])


def test_edit_distance_answer() -> None:
    fragments = zip(rows("edit_distance", "a_fragments"), rows("edit_distance", "b_fragments"), strict=True)
    assert answer("edit_distance")["lab_a"]["distances"] == [edit_distance(a, b) for a, b in fragments]


def edit_distance(a: list[str], b: list[str]) -> int:
    """By memory of one row, as textbooks do."""
    before = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            row.append(min(before[j - 1] + (letter != other), before[j] + 1, row[-1] + 1))
        before = row
    return before[-1]


def test_salary_answer() -> None:
    expected = answer("salary")["north"]
    staff = [*rows("salary", "north_staff")[1:], *rows("salary", "south_staff")[1:]]
    bounds = json.loads((EXAMPLES / "salary/data/quartile_bounds.json").read_text())
    for place, grade in enumerate(("junior", "senior", "manager")):
        pay = np.array([float(salary) for each, salary in staff if each == grade])
        assert expected["people"][place] == len(pay)
        assert expected["mean_salary"][place] == pytest.approx(pay.mean(), abs=1e-3)
        assert expected["salary_variance"][place] == pytest.approx(pay.var(), abs=0.05)
        quartiles = np.bincount(np.searchsorted(bounds, pay, side="right"), minlength=4)
        assert expected["quartile_counts"][place] == quartiles.tolist()


def test_clinics_answer() -> None:
    """The training in double precision, standardised in one step: fixed point costs less than the allowed 0.02."""
    expected = answer("clinics")["clinic_a"]
    train = np.hstack([numbers("clinics", "a_train"), numbers("clinics", "b_train")])
    test = np.hstack([numbers("clinics", "a_test"), numbers("clinics", "b_test")])
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    weights, bias = trained((train - mean) / deviation, malignant("train"))
    correct = int((((test - mean) / deviation @ weights + bias > 0) == malignant("test")).sum())
    np.testing.assert_allclose(expected["weights"], weights, atol=0.02)
    assert expected["bias"] == pytest.approx(bias, abs=0.02)
    assert abs(expected["correct"] - correct) <= 1


def malignant(part: str) -> np.ndarray:
    return np.array([row == ["true"] for row in rows("clinics", f"malignant_{part}")[1:]])


def trained(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """What `clinics.mpc` writes, in NumPy."""
    weights, bias, rate = np.zeros(x.shape[1]), 0.0, 0.5
    for _ in range(10):
        for start in range(0, len(x), 32):
            xb, yb = x[start : start + 32], y[start : start + 32]
            error = 1 / (1 + np.exp(-(xb @ weights + bias))) - yb
            weights, bias = weights - rate / len(yb) * (xb.T @ error), bias - rate * error.mean()
    return weights, bias


def as_lists(value: Any) -> Any:
    """NumPy values as JSON would hold them."""
    if isinstance(value, dict):
        return {name: as_lists(inner) for name, inner in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value
