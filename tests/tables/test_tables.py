"""Random programs of tables say what DuckDB says: in the clear, and under every protocol. `run.py` tries more."""

import random

import pytest

from tests.tables.cases import case
from tests.tables.run import attempt


def test_random_tables_are_those_of_duckdb() -> None:
    for number in range(240):
        one = case(random.Random(number))
        assert attempt(one) == [], one.text


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_protected_tables_are_those_of_duckdb(protocol: str) -> None:
    for number in range(50_000, 50_012):
        one = case(random.Random(number), steps=3)
        assert attempt(one, protocol) == [], one.text
