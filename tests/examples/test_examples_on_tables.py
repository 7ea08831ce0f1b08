"""Examples on tables: in the clear and under each protocol they give the answer beside them, and it is what their
reference, DuckDB or NumPy, says of the files.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import tacit

EXAMPLES = Path(__file__).parents[2] / "examples"
TOLERANCE = {
    "attribution": 0,
    "campaign": 0.02,
    "credit": 0,
    "lift": 0.002,
    "private_join_and_compute": 0,
    "risk": 0.001,
    "sugar_beet": 0,
}
"""The largest difference of a number that is not whole; whole numbers, dates and labels are exact."""
QUERIES = {"q1": 0.01, "q3": 0, "q6": 0, "q14": 0.005}
PROGRAMS = {f"{name}/{name}.mpc": tolerance for name, tolerance in TOLERANCE.items()} | {
    f"tpch/{name}.mpc": tolerance for name, tolerance in QUERIES.items()
}

ELSEWHERE = {"millionaires", "salary", "edit_distance", "clinics", "bench"}


def answer(program: str) -> dict[str, dict[str, Any]]:
    """What stands beside the program."""
    path = EXAMPLES / program
    beside = path.parent / "answers" / f"{path.stem}.json"
    return json.loads((beside if beside.exists() else path.parent / "answer.json").read_text())


def test_every_example_is_tested() -> None:
    programs = {path.relative_to(EXAMPLES) for path in EXAMPLES.glob("*/*.mpc")}
    assert {str(path) for path in programs if path.parts[0] not in ELSEWHERE} == set(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("protocol", ["clear", "rep3", "semi2k"])
def test_answers(program: str, protocol: str) -> None:
    path = EXAMPLES / program
    if protocol == "clear":
        outputs = tacit.compile(path).evaluate({}, path.parent / "data").outputs
    else:
        outputs = tacit.compile(path, protocol=protocol).run_local({}, path.parent / "data").outputs
    for role, expected in answer(program).items():
        assert_close(outputs[role], expected, PROGRAMS[program])


def assert_close(got: Any, expected: Any, tolerance: float) -> None:
    """Numbers within the tolerance, anything else equal, at any depth."""
    if isinstance(expected, dict):
        assert set(got) == set(expected)
        for name, inner in expected.items():
            assert_close(got[name], inner, tolerance)
    elif np.asarray(expected).dtype.kind == "f":
        np.testing.assert_allclose(got, expected, atol=tolerance, rtol=2e-7)
    else:
        assert np.asarray(got).astype(np.asarray(expected).dtype).tolist() == expected


@pytest.mark.parametrize("name", TOLERANCE)
def test_answers_are_those_of_the_reference(name: str) -> None:
    reference = importlib.import_module(f"examples.{name}.make_data")
    assert_close(reference.answer(), answer(f"{name}/{name}.mpc"), 1e-9)


@pytest.mark.parametrize("name", QUERIES)
def test_queries_are_answered_as_by_duckdb(name: str) -> None:
    reference = importlib.import_module("examples.tpch.make_data")
    assert_close(reference.answer(name), answer(f"tpch/{name}.mpc"), 1e-9)


def test_owners_bring_their_part_of_a_database_by_queries(tmp_path: Path) -> None:
    folder = EXAMPLES / "tpch"
    with duckdb.connect(tmp_path / "shop.duckdb") as database:
        for path in sorted((folder / "database").glob("*.csv")):
            database.execute(f"create table {path.stem} as from read_csv('{path}')")
    for program, inputs in (("q3", ("orders", "lines")), ("q6", ("billed", "shipped"))):
        sources = {name: f"{(folder / f'{name}.sql').read_text()} @ {tmp_path}/shop.duckdb" for name in inputs}
        outputs = tacit.compile(folder / f"{program}.mpc").evaluate(sources).outputs
        assert_close(outputs["retailer"], answer(f"tpch/{program}.mpc")["retailer"], 0)
