"""Random joins, of repeated keys too, are those of DuckDB: in the clear, and under every protocol."""

import random

import pytest
from tacit.compiler.ir.evaluate import EvaluationError
from tacit.runtime.errors import InputError, TacitError

from tests.joins.random_joins import Case, case, found
from tests.joins.sessions import Session


def cases(first: int, count: int, *, repeats: bool) -> list[Case]:
    """So many cases in which too many rows of the right side have a key, or in which they have not."""
    chosen: list[Case] = []
    while len(chosen) < count:
        one = case(random.Random(first))
        first += 1
        if one.repeats == repeats:
            chosen.append(one)
    return chosen


def test_random_joins_are_those_of_duckdb() -> None:
    for one in cases(0, 250, repeats=False):
        assert found(Session(one.text, one.sizes).clear(one.inputs)["ann"], one) == one.expected, one.text


def test_a_right_side_whose_key_repeats_is_refused() -> None:
    for one in cases(0, 25, repeats=True):
        with pytest.raises((InputError, EvaluationError), match="at_most="):
            Session(one.text, one.sizes).clear(one.inputs)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k-3"])
def test_protected_joins_are_those_of_duckdb(protocol: str) -> None:
    for one in cases(5000, 8, repeats=False):
        outputs = Session(one.text, one.sizes, protocol).run(one.inputs).outputs
        assert found(outputs["ann"], one) == one.expected, one.text


@pytest.mark.parametrize("protocol", ["rep3", "semi2k-3"])
def test_a_key_that_repeats_stops_every_party(protocol: str) -> None:
    for one in cases(5000, 2, repeats=True):
        with pytest.raises(TacitError, match="at_most="):
            Session(one.text, one.sizes, protocol).run(one.inputs)
