"""Sorted, grouped and joined tables are the same protected as in the clear, whatever rows are cleared."""

import random

import numpy as np
import pytest
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.types import Kind

from tests.programs.running import elaborated, run_both_ways
from tests.semantics.running import encoded
from tests.semantics.tables import COLUMNS, LABELS, NAMES, Row, columns

HEAD = f"""
party alice
party bob
input x: table[{COLUMNS}] from alice
input y: table[{COLUMNS}] from bob
t = union(x, y)
u = filter(t, t.keep)
"""
UNITS = 2**8
"""How far apart `fixed` may be, in the last place: a mean and a square of it have been computed."""

SIZES = [(0, 1), (1, 0), (1, 1), (6, 5)]
PROTOCOLS = ["rep3", "semi2k"]

ORDER = {
    "u": "sort(u, by=(c, a), descending=(True, False))",
    "places": "argsort(u.a)",
    "down": "sort(t.b, descending=True)",
    "middle": "median(u.b)",
    "parts": "quantile(t.a, [0.1, 0.9])",
    "some": "quantile(t.b, 0.3, where=t.p)",
    "top": "topk(u.a, 1)",
    "moved": "permute(u, argsort(u.a))",
    "before": "lag(u.b, by=u.k, order=(u.a, u.i))",
    "place": "rank(by=u.c, order=u.d)",
    "total": "cumsum(u.a, by=u.i, order=u.b)",
}
GROUPS = {
    "k": "group(u, by=k, s=sum(a), n=count(), lo=min(b), hi=max(b), first=min(d), an=any(p), w=sum(a, where=p))",
    "two": "group(t, by=(p, i), v=var(b), al=all(p), m=mean(b))",
    "ends": "group(u, by=k, f=first(b), l=last(a, where=p), n=count_distinct(i), m=median(a), q=quantile(b, 0.3))",
    "labels": "group(u, by=c, f=first(b, where=p), l=last(p), n=count_distinct(k), m=median(b))",
    "c": "group(u, by=c, s=sum(a), n=count(), hi=max(b, where=p), m=mean(a), sd=std(b))",
}
JOINS = {how: f'join(v, w, on=k, how="{how}", hide_size=True)' for how in ("inner", "left", "outer")}
JOINED = """
v = filter(table(k=x.k, a=x.a, c=x.c), x.keep)
w = table(k=y.k, b=y.b, d=y.d)
j = join(v, w, on=k, how="inner", hide_size=True)
"""
PICKED = {
    **JOINS,
    "again": 'join(j, table(k=y.k, p=y.p), on=k, how="left", hide_size=True)',
    "sum": "sum(j.b, where=j.a > 0)",
}


def rows(count: int, dice: random.Random, *, unique: bool) -> list[Row]:
    """Random rows; keys that differ, or that meet."""
    keys = dice.sample(range(-4, 12), count) if unique else [dice.choice([-(2**62), 5, 2**61]) for _ in range(count)]
    days = ["1969-12-31", "2024-02-29"]
    return [
        {
            "k": key if key else 99, "i": dice.randint(-2, 2), "c": dice.choice(LABELS), "p": dice.random() < 0.5,
            "d": dice.choice(days), "a": dice.randint(-99, 99), "b": dice.randint(-40, 40) / 8,
            "keep": dice.random() < 0.7,
        }
        for key in keys
    ]  # fmt: skip


def program_of(text: str, x: list[Row], y: list[Row]) -> tuple[Program, dict[str, np.ndarray]]:
    """The program, and its inputs in the clear representation."""
    program = elaborated(HEAD + text, {"rows(x)": len(x), "rows(y)": len(y)})
    given = {**columns("x", x, NAMES), **columns("y", y, NAMES)}
    types = {each.attributes["name"]: each.results[0].type for each in program.body.operations if each.name == "input"}
    return program, {name: encoded(given[name], type.element) for name, type in types.items()}


def compare(text: str, x: list[Row], y: list[Row], protocol: str) -> None:
    program, inputs = program_of(text, x, y)
    both = run_both_ways(program, inputs, protocol)
    reveals = [each for each in program.body.operations if each.name == "reveal"]
    for reveal in reveals:
        name, element = reveal.attributes["name"], reveal.operands[0].type.element
        there = both.clear["alice"].get(reveal.attributes["present"], np.ones((), np.bool_))
        clear, protected = (
            np.where(there, side["alice"][name].astype(np.int64), 0) for side in (both.clear, both.protected)
        )
        apart = np.abs(clear - protected).max(initial=0)
        assert apart <= (UNITS if element.kind is Kind.FIXED else 0), f"{name}: {clear}, {protected}"


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("results", [ORDER, GROUPS], ids=["order", "groups"])
def test_protected_equals_clear(results: dict[str, str], sizes: tuple[int, int], protocol: str) -> None:
    dice = random.Random(sizes[0])
    text = "".join(f"reveal {expression} as r_{name}\n" for name, expression in results.items())
    compare(text, rows(sizes[0], dice, unique=False), rows(sizes[1], dice, unique=False), protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_joins_protected_equal_joins_in_the_clear(sizes: tuple[int, int], protocol: str) -> None:
    dice = random.Random(sizes[0])
    text = JOINED + "".join(f"reveal {expression} as r_{name}\n" for name, expression in PICKED.items())
    compare(text, rows(sizes[0], dice, unique=True), rows(sizes[1], dice, unique=True), protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_all_rows_cleared(protocol: str) -> None:
    dice = random.Random(7)
    x, y = ([{**row, "keep": False} for row in rows(3, dice, unique=True)] for _ in range(2))
    text = "".join(f"reveal {each} as r_{name}\n" for name, each in {**ORDER, **GROUPS}.items())
    compare(text + JOINED + "reveal j\n", x, y, protocol)


PLACES = {
    "turn after turn": "s = zeros(rows(t), int)\nfor i in range(4):\n    s += sort(t.i * s + i)\nreveal s\n",
    "turns at once": "s = zeros((4, rows(t)), int)\nfor i in range(4):\n    s[i] = sort(t.a - i * t.i)\nreveal s\n",
    "places in turns": "s = t.a\nfor i in range(3):\n    s = permute(s, argsort(t.i * s - i))\nreveal s\n",
    "groups in turns": "s = 0\nfor i in range(3):\n    s += max(group(t, by=p, n=sum(a * i)).n)\nreveal s\n",
    "a branch": "reveal t.p[0] as c\ns = sort(t.a) if c else argsort(t.a)\nreveal s\n",
    "a private choice": "s = sort(u.a)\nif t.p[0]:\n    s = sort(u.a, descending=True)\nreveal s\n",
    "a function": "def best(x):\n    return topk(x, 2)\nreveal best(t.a) as a\nreveal best(t.i) as i\n",
    "matrices": "m = stack(t.a, t.i, t.a + t.i)\nreveal sort(m) as a\nreveal sort(m, axis=0) as b\n"
    "reveal median(m, axis=0) as c\nreveal quantile(m, 0.3, axis=1, where=m > 0) as d\n",
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("place", PLACES)
def test_wherever_it_stands(place: str, protocol: str) -> None:
    dice = random.Random(3)
    compare(PLACES[place], rows(4, dice, unique=True), rows(3, dice, unique=True), protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_shuffle_moves_whole_rows(protocol: str) -> None:
    dice = random.Random(5)
    x, y = rows(8, dice, unique=True), rows(8, dice, unique=True)
    both = run_both_ways(*program_of("s = shuffle(u)\nreveal s\n", x, y), protocol)
    clear, protected = both.clear["alice"], both.protected["alice"]
    found = [set(zip(*(side[name] for name in sorted(clear)), strict=True)) for side in (clear, protected)]
    assert found[0] == found[1]
    assert not np.array_equal(clear["s.a"], protected["s.a"])


def test_what_owners_and_everyone_know_is_sorted_without_a_round() -> None:
    dice = random.Random(2)
    text = """
s = sort(x, by=a)
g = group(x, by=(k, p), n=count(), m=mean(b), hi=max(a))
z = table(k=x.k, q=x.a)
j = join(x, z, on=k, how="outer", hide_size=True)
reveal s to alice
reveal g to alice
reveal j to alice
reveal median(x.a) as m to alice
reveal topk([3, 1, 2], 2) as top
"""
    program, inputs = program_of(text, rows(5, dice, unique=True), rows(5, dice, unique=True))
    assert [result.rounds for result in run_both_ways(program, inputs, "rep3").results] == [0, 0, 0]
