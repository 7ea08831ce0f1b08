"""Bounds of types are checked by the owner of an input, whatever its source, before any value leaves."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tacit
from tacit.runtime.errors import InputError

HEAD = "party a\nparty b\ninput y: int8 from b\n"
TABLE = HEAD + "input t: table[age: int[0..120], w: fixed[-1..1][2], n: int8[0..9] = 3] from a\n"
TABLE += "reveal sum(t.age) + y as r\nreveal sum(t.w) + sum(t.n) as s\n"
GOOD = {"age": [0, 120], "w": [[-1, 1], [0.5, -0.25]], "n": [9, None]}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"age": [0, 121]}, "row 2, column 'age': the value is outside 0..120, the bounds of its type in line 4"),
    ({"age": [-1, 1]}, "row 1, column 'age': the value is outside 0..120"),
    ({"age": [0, 300000]}, "row 2, column 'age': the value is outside 0..120"),
    ({"w": [[1, 1], [0.5, 1.25]]}, "row 2, column 'w': the value is outside -1..1"),
    ({"n": [10, None]}, "row 1, column 'n': the value is outside 0..9"),
]


@pytest.mark.parametrize(("column", "said"), REFUSED)
def test_a_value_outside_is_refused_by_row_and_column(column: dict[str, Any], said: str) -> None:
    program = tacit.compile(TABLE)
    with pytest.raises(InputError) as caught:
        program.run(t=GOOD | column, y=1)
    assert said in str(caught.value)
    assert "121" not in str(caught.value)
    assert "300000" not in str(caught.value)


def test_the_ends_are_inside_and_missing_values_become_the_default() -> None:
    result = tacit.compile(TABLE).evaluate({"t": GOOD, "y": 1})
    assert (result["r"], result["s"]) == (121, 0.25 + 12)


@pytest.mark.parametrize("source", ["[0.5, 1.5]", np.array([0.5, 1.5]), [0.5, 1.5]])
def test_arrays_from_any_source(source: object) -> None:
    program = tacit.compile(HEAD + "input x: fixed[0..1][n] from a\nreveal sum(x) + y as r\n")
    with pytest.raises(InputError, match=r"input 'x': row 2: the value is outside 0\.\.1, the bounds"):
        program.evaluate({"x": source, "y": 1})


def test_files_tell_the_line(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('age,w,n\n5,"[0, 0]",1\n\n121,"[0, 0]",1\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"row 2 \(line 4\), column 'age': the value is outside 0\.\.120"):
        tacit.compile(TABLE).evaluate({"t": tmp_path / "t.csv", "y": 1})


def test_members_and_public_inputs() -> None:
    text = "parties m\ninput bids: int[0..9][2] from each m\ninput rate: fixed[0..1]\nreveal sum(bids) * rate as r\n"
    program = tacit.compile(text)
    assert program.evaluate({"bids": [[1, 2], [3, 9]], "rate": 0.5})["r"] == 7.5
    with pytest.raises(InputError, match=r"outside 0\.\.9"):
        program.evaluate({"bids": [[1, 2], [3, 10]], "rate": 0.5})
    with pytest.raises(InputError, match=r"input 'rate': the value is outside 0\.\.1"):
        program.evaluate({"bids": [[1, 2], [3, 9]], "rate": 1.5})


def test_explain_lists_what_an_owner_refuses() -> None:
    text = str(tacit.compile(TABLE, sizes={"rows(t)": 5}).explain())
    assert "t.age has a value outside 0..120, the bounds of its type in line 4" in text


def rounds(type: str) -> int:
    text = f"party a\nparty b\ninput x: {type}[9] from a\ninput y: {type}[9] from b\nreveal sum(int(x < y)) as r\n"
    return tacit.compile(text).explain().explanation.lines.rounds()


def test_circuits_are_as_narrow_as_bounds() -> None:
    assert rounds("int[0..7]") < rounds("int8") < rounds("int")
    assert rounds("int[1_000_000..1_000_007]") == rounds("int[0..7]")
