"""What places of a text mean: types, labels and shapes, in sound programs and between mistakes."""

import re
from pathlib import Path

import pytest
from tacit.compiler.ir.labels import owned
from tacit.compiler.pipeline import ask, elaborate
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse_partially

from tests.semantics.asking import asked, occurrence, problems, senses
from tests.semantics.running import operations

SOUND = """\
party alice
parties farmers
input t: table[user: key, amount: fixed, lots: int8[4]] from alice
input bids: int[k] from each farmers
input limit: int32
def scaled(x, rate: fixed = 0.5):
    part = x * rate
    return part
def never(y):
    return y + 1
total = sum(t.amount)
pair = (total, scaled(limit, rate=2))
first, second = pair
for i in range(3):
    limit = limit + i * 0.5
for row in bids:
    low = min(row)
x = zeros((2, k), int)
x[0, 1] = len(farmers)
if limit > 3:
    flag = True
else:
    flag = total > 0
g = group(t, by=user, best=max(amount))
s = sort(t, by=(amount,))
reveal total as sum_of_all
reveal second to alice
save x as kept
more = scaled(sum_of_all) + scaled(bids[0, 0])
"""


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        (1, "alice", ["party"]),
        (2, "farmers", ["parties"]),
        (3, "t:", ["table[user: key, amount: fixed, lots: int[4]] owned(alice)"]),
        (3, "lots", ["int[rows(t), 4] owned(alice)"]),
        (3, "alice", ["party"]),
        (4, "bids", ["int[len(farmers), k] owned(farmers[*])"]),
        (4, "k]", ["int static"]),
        (4, "farmers", ["parties"]),
        (5, "limit", ["int revealed"]),
        (6, "scaled", ["function"]),
        (6, "x,", ["int revealed", "fixed revealed", "int secret"]),
        (6, "rate", ["fixed static"]),
        (6, "0.5", ["fixed static"]),
        (7, "part", ["fixed revealed", "fixed secret"]),
        (7, "x *", ["int revealed", "fixed revealed", "int secret"]),
        (9, "never", ["function"]),
        (10, "y +", []),
        (11, "total", ["fixed owned(alice)"]),
        (11, "sum", ["built-in function"]),
        (11, "t.", ["table[user: key, amount: fixed, lots: int[4]] owned(alice)"]),
        (11, "amount", ["fixed[rows(t)] owned(alice)"]),
        (12, "pair", ["(fixed, fixed) owned(alice)"]),
        (12, "rate", ["int static"]),
        (12, "2", ["int static"]),
        (13, "second", ["fixed revealed"]),
        (14, "i ", ["int static"]),
        (14, "range", ["built-in function"]),
        (15, "limit", ["fixed revealed"]),
        (15, "limit + ", ["fixed revealed"]),
        (15, "i * ", ["int static"]),
        (16, "row", ["int[k] secret"]),
        (17, "low", ["int secret"]),
        (18, "zeros", ["built-in function"]),
        (18, "int", ["type"]),
        (18, "(2", ["(int, int) static"]),
        (19, "x", ["int[2, k] static"]),
        (20, "limit", ["fixed revealed"]),
        (20, ">", ["bool revealed"]),
        (21, "flag", ["bool static"]),
        (23, "flag", ["bool owned(alice)"]),
        (24, "user", ["key[rows(t)] owned(alice)"]),
        (24, "max", ["built-in function"]),
        (24, "amount", ["fixed[rows(t)] owned(alice)"]),
        (24, "g", ["table[user: key, best: fixed] owned(alice)"]),
        (25, "amount", ["fixed[rows(t)] owned(alice)"]),
        (26, "total", ["fixed owned(alice)"]),
        (26, "sum_of_all", ["fixed revealed"]),
        (27, "alice", ["party"]),
        (29, "scaled(sum_of_all)", ["function"]),
    ],
)
def test_each_place_of_a_sound_program(line: int, word: str, expected: list[str]) -> None:
    found = asked(SOUND)
    assert found.program is not None
    assert senses(found, line, word) == expected


def test_shapes_and_labels_are_data_too() -> None:
    found = asked("party alice\ninput x: fixed[n, 3] from alice\ny = x * 2\n", {"n": 7})
    (sense,) = occurrence(found, 3, "y").senses
    assert (sense.type, sense.shape, sense.label) == ("fixed[7, 3]", (7, 3), owned("alice"))


def test_the_innermost_place_answers() -> None:
    found = asked("x = 1\ny = (x + 2) * 3\n")
    place = found.meanings.at
    assert [(told.name, told.span.text) for column in (1, 6, 7, 8, 10, 13, 15) if (told := place(2, column))] == [
        ("y", "y"), ("x", "x"), (None, "x + 2"), (None, "x + 2"), (None, "2"), (None, "(x + 2) * 3"), (None, "3"),
    ]  # fmt: skip
    assert place(2, 2) is None
    assert place(3, 1) is None


def test_a_loop_has_the_types_of_all_its_turns() -> None:
    text = "party alice\ninput v: int[5] from alice\nx = 0\nfor i in range(5):\n    y = x\n    x = x + v[i] * 0.5\n"
    found = asked(text)
    assert senses(found, 3, "x") == ["int static"]
    assert senses(found, 5, "y") == ["fixed owned(alice)"]
    assert senses(found, 6, "x +") == ["fixed owned(alice)"]


def test_turns_that_are_written_out_have_a_sense_each() -> None:
    found = asked("for i in range(3):\n    x = zeros(i + 1)\n    y = sum(x)\n")
    assert senses(found, 2, "x") == ["fixed[1] static", "fixed[2] static", "fixed[3] static"]
    assert senses(found, 3, "y") == ["fixed static"]


def test_a_while_is_met_before_its_turns() -> None:
    text = "party alice\ninput x: int\ngoes_on = True\nwhile goes_on:\n    reveal x > 3 as goes_on\n"
    assert senses(asked(text), 4, "goes_on") == ["bool static", "bool revealed"]


def test_a_function_of_a_module_says_where_it_is_defined() -> None:
    head = "party alice\ninput x: fixed[9] from alice\nfrom stats import winsorized as squeezed\n"
    found = asked(head + "y = squeezed(x)\n")
    (sense,) = occurrence(found, 4, "squeezed").senses
    assert sense.defined is not None
    assert (sense.defined.source.name, sense.defined.text) == ("stats.mpc", "winsorized")
    inside = found.meanings.at(sense.defined.line, sense.defined.column, "stats.mpc")
    assert inside is not None
    assert inside.senses == (sense,)


def test_a_sound_text_is_what_elaborate_gives() -> None:
    found = asked(SOUND)
    assert found.program is not None
    again = elaborate(found.meanings.trees[0], {})
    assert [one.name for one in operations(again)] == [one.name for one in operations(found.program)]


# --- between mistakes -------------------------------------------------------------------------------------------


def test_lines_between_mistakes_keep_their_meanings() -> None:
    text = """\
party alice
input x: fixed[n] from alice
a = x * 2
b = a + undefined
c = b * 3
d = sum(a)
e = d +
f = e + d
a = (
g = a
for i in range(3:
    h = d + i
x.
reveal d to alice, bob
reveal d to alice
"""
    found = asked(text)
    assert problems(found) == [
        "4: the name `undefined` is not defined",
        "7: the line ends where a value should follow",
        "11: this `(` is never closed",
        "14: there is no party `bob`",
    ]
    assert found.program is None
    assert senses(found, 3, "a") == ["fixed[n] owned(alice)"]
    assert senses(found, 4, "a +") == ["fixed[n] owned(alice)"]
    assert senses(found, 5, "c") == []
    assert senses(found, 6, "d") == ["fixed owned(alice)"]
    assert senses(found, 8, "d") == ["fixed owned(alice)"]
    assert senses(found, 10, "a") == []
    assert senses(found, 12, "d") == ["fixed owned(alice)"]
    assert senses(found, 15, "d") == ["fixed owned(alice)"]


@pytest.mark.parametrize(
    "line",
    [
        "party bob bob", "input z: fixed[m from alice", "def h(a, b", "def h(a):\n    return a +", "z = = 3",
        "for z in", "for z in range(3:\n    m = z", "from ml import z +", "reveal x + as z", "if x >\n    z = 1",
        "def h(a):\n    b = a +", "z = h(m",
    ],
)  # fmt: skip
def test_nothing_is_said_of_what_an_unreadable_line_would_bind(line: str) -> None:
    uses = "\n".join(
        ["input y: int from bob", "u = z + 1", "w = zeros(m)", "v = h(1) + 2", "reveal u to bob", "k = m + v"]
    )
    bound = {"bob": "party bob", "z": "z = 1", "m": "m = 2", "h": "def h(a):\n    return a"}
    unbound = [name for name in bound if name not in re.findall(r"\w+", line)]
    head = "\n".join(["party alice", "input x: int from alice", *(bound[name] for name in unbound)])
    if "bob" in unbound:
        uses = uses.replace("k = m + v", "k = m + v + y")
    found = asked(f"{head}\n{line}\n{uses}\n")
    told = parse_partially(Source("t", "t", f"{head}\n{line}\n{uses}\n")).diagnostics
    assert told
    assert [one.problem for one in found.diagnostics] == [one.problem for one in told]


def test_a_module_that_does_not_parse_hides_nothing_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "helper.mpc").write_text("def f(x:\n    return x\n", encoding="utf-8")
    text = "from helper import f\ny = f(1)\nz = 1 + unknown\nw = 2\n"
    found = ask(Source("t.mpc", str(tmp_path / "t.mpc"), text), {})
    assert sorted(problems(found)) == ["1: this `(` is never closed", "3: the name `unknown` is not defined"]
    assert senses(found, 4, "w") == ["int static"]
