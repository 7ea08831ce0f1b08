"""Where things stand in a picture: what must hold of any layout, on the examples and on large graphs."""

from collections.abc import Iterator, Sequence

import pytest
from tacit.compiler.report.picture.drawing import Drawing, drawing_of
from tacit.compiler.report.picture.layout import STEPS, Column, Loop, sent, total
from tacit.runtime.graph.check import check
from tacit.runtime.graph.cost import count_bytes, count_rounds

from tests.report.examples import NAMES, compiled
from tests.report.picture.synthetic import large_graph


def _leaves(columns: Sequence[Column | Loop]) -> Iterator[Column]:
    for column in columns:
        if isinstance(column, Loop):
            yield from _leaves(column.columns)
        else:
            yield column


@pytest.fixture(scope="module", params=[*NAMES, "large"])
def drawing(request: pytest.FixtureRequest) -> Drawing:
    if request.param == "large":
        graph = large_graph(rounds=40, steps=50)
        check(graph)
        return drawing_of(graph)
    return drawing_of(compiled(request.param)[0])


def test_columns_cost_what_the_graph_costs(drawing: Drawing) -> None:
    assert total(drawing.columns) == count_rounds(drawing.graph)
    assert sent(drawing.columns, len(drawing.graph.parties)) == count_bytes(drawing.graph)


def test_every_step_is_in_one_column_and_in_every_level(drawing: Drawing) -> None:
    placed = [step for column in _leaves(drawing.columns) for step in column.steps]
    assert sorted(placed) == [step.number for step in drawing.steps if step.kind != "repeat"]
    for column in _leaves(drawing.columns):
        exchanges = {step for step in column.steps if drawing.steps[step].kind == "exchange"}
        for level, cells in enumerate(column.levels):
            shown = [step for box in cells.boxes for step in box.steps]
            assert sorted(shown) == sorted(set(column.steps) - (exchanges if level == STEPS else set()))
        assert exchanges == {step for message in column.messages for step in message.exchanges}


def test_steps_stand_in_the_lanes_of_their_parties_and_apart(drawing: Drawing) -> None:
    for column in _leaves(drawing.columns):
        for cells in column.levels:
            places = [(box.x, lane, row) for box in cells.boxes for lane, row in box.rows]
            assert len(places) == len(set(places))
            assert all(0 <= x < cells.width and 0 <= row < cells.heights[lane] for x, lane, row in places)
            for box in cells.boxes:
                parties = {party for step in box.steps for party in drawing.steps[step].parties}
                assert [lane for lane, _ in box.rows] == sorted(parties)


def test_time_goes_from_left_to_right(drawing: Drawing) -> None:
    for column in _leaves(drawing.columns):
        x = {step: box.x for box in column.levels[STEPS].boxes for step in box.steps}
        for step, place in x.items():
            assert all(x[read.maker] < place for read in drawing.steps[step].reads if read.maker in x)


def test_messages_of_a_round_are_one_for_each_pair() -> None:
    (message, *others) = next(
        column for column in _leaves(drawing_of(large_graph(1, 10)).columns) if column.messages
    ).messages
    assert [(each.sender, each.receiver) for each in (message, *others)] == [(0, 2), (1, 0), (2, 1)]
    assert (message.bytes, len(message.exchanges)) == (100 * 8 * 2, 2)
