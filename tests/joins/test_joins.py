"""Joins on keys that their owners hold are those of plain Python, under every protocol, on random tables."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.runtime.graph.alignments import aligned_bytes

from tests.joins.sessions import Array, Outputs, Session, keys
from tests.programs.running import SETTINGS

Row = dict[str, Any]

TABLES = """
party ann
party bob
input p: table[user: key, x: int, w: bool] from ann
input q: table[user: key, y: int, l: int[2]] from bob
"""

HOWS = ("inner", "left", "outer")
REVEALED = "".join(
    f'{how} = join(p, q, on=user, how="{how}")\n'
    f"reveal table(x={how}.x, w={how}.w, y={how}.y, l={how}.l, p={how}.in_p, q={how}.in_q) as {how} to ann\n"
    for how in HOWS
)

TEXTS = ["a", "A", "ä", "a\u0308", "Å", "\u212b", "ß", "SS", "ss", "名前", "😀", " a", "a ", "0", "00", "\u200b"]
"""Keys that differ by case, by form, by spaces that nobody sees: they are all different."""


def tables() -> st.SearchStrategy[tuple[list[str], list[str]]]:
    sides = st.lists(st.sampled_from(TEXTS), max_size=9, unique=True)
    return st.tuples(sides, sides)


def inputs(left: Sequence[str], right: Sequence[str]) -> dict[str, Array]:
    n, m = len(left), len(right)
    return {
        "p.user": keys(list(left)),
        "p.x": np.arange(n) - 3,
        "p.w": np.arange(n) % 3 == 0,
        "q.user": keys(list(right)),
        "q.y": np.arange(m) * 2**40 - 5,
        "q.l": np.arange(2 * m).reshape(m, 2) + 100,
    }


def expected(left: Sequence[str], right: Sequence[str], how: str) -> list[tuple[Any, ...]]:
    """The rows of a join: x, w, y, l, in p, in q."""
    given = inputs(left, right)
    ann = {key: (given["p.x"][i], given["p.w"][i]) for i, key in enumerate(left)}
    bob = {key: (given["q.y"][i], *given["q.l"][i]) for i, key in enumerate(right)}
    users = {
        "inner": [key for key in left if key in bob],
        "left": list(left),
        "outer": [*left, *(key for key in right if key not in ann)],
    }[how]
    rows = [(*ann.get(key, (0, False)), *bob.get(key, (0, 0, 0)), key in ann, key in bob) for key in users]
    return sorted(tuple(map(int, row)) for row in rows)


def rows(outputs: Outputs, name: str, columns: str = "x w y l p q") -> list[tuple[Any, ...]]:
    """The valid rows of a revealed table, sorted."""
    found = [np.asarray(outputs["ann"][f"{name}.{column}"]) for column in columns.split()]
    flat = np.column_stack(
        [column.reshape(len(column), column.size // max(1, len(column))).astype(np.int64) for column in found]
    )
    valid = outputs["ann"].get(f"{name}.(valid)")
    return sorted(tuple(map(int, row)) for row in (flat if valid is None else flat[valid]))


def sizes(left: Sequence[Any], right: Sequence[Any]) -> dict[str, int]:
    return {"rows(p)": len(left), "rows(q)": len(right)}


@pytest.mark.parametrize("protocol", SETTINGS)
@given(sides=tables())
@settings(max_examples=25, deadline=None)
def test_joined_rows_are_those_of_python(protocol: str, sides: tuple[list[str], list[str]]) -> None:
    session = Session(TABLES + REVEALED, sizes(*sides), protocol)
    ran = session.run(inputs(*sides))
    clear = session.clear(inputs(*sides))
    common = len(set(sides[0]) & set(sides[1]))
    told = {"matches(p.user, q.user)": common, "repeats(p.user)": 0}
    assert [one.matched for one in ran.aligned] == [told] * len(ran.aligned)
    for how in HOWS:
        assert rows(ran.outputs, how) == expected(*sides, how) == rows(clear, how)


@pytest.mark.parametrize("protocol", SETTINGS)
@pytest.mark.parametrize(
    ("left", "right"),
    [([], []), ([], ["a"]), (["a"], []), (["a"], ["a"]), (["a"], ["b"]), (TEXTS, TEXTS[::-1]), (TEXTS[:5], TEXTS[5:])],
)
def test_edges(protocol: str, left: list[str], right: list[str]) -> None:
    outputs = Session(TABLES + REVEALED, sizes(left, right), protocol).run(inputs(left, right)).outputs
    for how in HOWS:
        assert rows(outputs, how) == expected(left, right, how)


@pytest.mark.parametrize("optimize", [0, 1, 2])
@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_every_level_of_optimisation(protocol: str, optimize: int) -> None:
    left, right = TEXTS[:7], TEXTS[4:11]
    outputs = Session(TABLES + REVEALED, sizes(left, right), protocol, optimize).run(inputs(left, right)).outputs
    assert rows(outputs, "outer") == expected(left, right, "outer")


FILTERED = """
few = filter(p, p.x > 0)
some = filter(q, q.y < 2 * 1099511627776)
"""


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
@pytest.mark.parametrize("how", HOWS)
def test_rows_that_were_filtered_have_no_partners(protocol: str, how: str) -> None:
    left, right = TEXTS[:8], TEXTS[3:12]
    given = inputs(left, right)
    text = (
        TABLES
        + FILTERED
        + f'j = join(few, some, on=user, how="{how}")\n'
        + "reveal table(x=j.x, w=j.w, y=j.y, l=j.l, p=j.in_few, q=j.in_some) as j to ann\n"
    )
    ran = Session(text, sizes(left, right), protocol).run(given)
    told = {"matches(p.user, q.user)": 5, "repeats(p.user)": 0}
    assert ran.aligned[0].matched == told, "the number says nothing of the filter"
    ann = {key: (i - 3, i % 3 == 0) for i, key in enumerate(left) if i - 3 > 0}
    bob = {key: (i * 2**40 - 5, 100 + 2 * i, 101 + 2 * i) for i, key in enumerate(right) if i * 2**40 - 5 < 2**41}
    users = {
        "inner": [key for key in ann if key in bob],
        "left": list(ann),
        "outer": [*ann, *(key for key in bob if key not in ann)],
    }[how]
    wanted = [(*ann.get(key, (0, 0)), *bob.get(key, (0, 0, 0)), key in ann, key in bob) for key in users]
    assert rows(ran.outputs, "j") == sorted(tuple(map(int, row)) for row in wanted)


SEVERAL = """
party ann
party bob
input p: table[email: key = "", phone: key = "", x: int] from ann
input q: table[email: key = "", phone: key = "", y: int] from bob
j = join(p, q, on=email or phone, how="outer")
reveal table(x=j.x, y=j.y, p=j.in_p, q=j.in_q) as j to ann
"""

KEYS = st.lists(
    st.tuples(st.none() | st.sampled_from(TEXTS[:5]), st.none() | st.sampled_from(TEXTS[:4])),
    max_size=6,
).filter(lambda side: all(_is_unique([row[column] for row in side]) for column in (0, 1)))


def _is_unique(column: list[str | None]) -> bool:
    present = [key for key in column if key is not None]
    return len(set(present)) == len(present)


def by_priority(left: Sequence[Any], right: Sequence[Any]) -> dict[int, int]:
    """The partner of each row: by the first key, then by the second among those that are left."""
    pairs: dict[int, int] = {}
    for column in (0, 1):
        for i, row in enumerate(left):
            for j, other in enumerate(right):
                if (
                    i not in pairs
                    and j not in pairs.values()
                    and row[column] is not None
                    and row[column] == other[column]
                ):
                    pairs[i] = j
    return pairs


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
@given(left=KEYS, right=KEYS)
@settings(max_examples=25, deadline=None)
def test_several_keys_in_order_of_priority(protocol: str, left: Sequence[Any], right: Sequence[Any]) -> None:
    given = {"p.x": np.arange(len(left)) + 1, "q.y": np.arange(len(right)) + 1}
    for name, side in (("p", left), ("q", right)):
        given |= {f"{name}.email": keys([row[0] for row in side]), f"{name}.phone": keys([row[1] for row in side])}
    session = Session(SEVERAL, sizes(left, right), protocol)
    pairs = by_priority(left, right)
    wanted = [(i + 1, pairs.get(i, -1) + 1, 1, i in pairs) for i in range(len(left))]
    wanted += [(0, j + 1, 0, 1) for j in range(len(right)) if j not in pairs.values()]
    for outputs in (session.run(given).outputs, session.clear(given)):
        assert rows(outputs, "j", "x y p q") == sorted(wanted)


OWN = """
party ann
party bob
input p: table[user: key, x: int] from ann
input q: table[user: key, y: int] from ann
input z: int from bob
j = join(p, q, on=user)
reveal sum(j.x * j.y) + z as total
"""


@pytest.mark.parametrize("protocol", SETTINGS)
def test_one_owner_of_both_sides_asks_nobody(protocol: str) -> None:
    given = {
        "p.user": keys(list("abcd")),
        "p.x": np.array([1, 2, 3, 4]),
        "q.user": keys(list("dxb")),
        "q.y": np.array([10, 20, 30]),
        "z": np.array(5),
    }
    ran = Session(OWN, sizes("abcd", "dxb"), protocol).run(given)
    assert ran.outputs["ann"]["total"] == 4 * 10 + 2 * 30 + 5
    assert all(len(content) == 8 for _, _, content in ran.aligning[1]), "only the number of matches is told"


CLIENTS = "party a1\nparty a2\n" + TABLES + "reveal 1 as one\n" + REVEALED


def test_owners_may_be_clients() -> None:
    session = Session(CLIENTS, sizes(TEXTS[:7], TEXTS[4:11]), "rep3")
    assert min(session.matchings[0].owners) >= 3
    outputs = session.run(inputs(TEXTS[:7], TEXTS[4:11])).outputs
    assert rows(outputs, "outer") == expected(TEXTS[:7], TEXTS[4:11], "outer")


MANY = """
party ann
party bob
party carol
input p: table[user: key, day: date, x: int] from ann
input q: table[user: key, day: date, y: int] from bob
input r: table[user: key, z: int] from carol
total = 0
for i in range(3):
    total += sum(join(p, table(user=q.user, y=q.y), on=user).y) + i
reveal total
reveal sum(join(q, r, on=user, how="left").z) as second
reveal sum(join(p, table(day=q.day, late=q.day > q.day, y=2 * q.y), on=day).y) as days
reveal sum(p.x) + count(p.x) as plain
"""


@pytest.mark.parametrize("optimize", [0, 2])
@pytest.mark.parametrize("protocol", ["rep3", "semi2k-3"])
def test_several_joins_in_one_program(protocol: str, optimize: int) -> None:
    given = {
        "p.user": keys(list("abcd")),
        "p.day": np.array([0, 5, 6, 7]),
        "p.x": np.array([1, 2, 3, 4]),
        "q.user": keys(list("dxb")),
        "q.day": np.array([5, 0, 100]),
        "q.y": np.array([10, 20, 30]),
        "r.user": keys(list("bd")),
        "r.z": np.array([7, 8]),
    }
    counts = {"rows(p)": 4, "rows(q)": 3, "rows(r)": 2}
    session = Session(MANY, counts, protocol, optimize)
    ran = session.run(given)
    found = {name: int(value) for name, value in ran.outputs["carol"].items()}
    assert found == {"total": 3 * 40 + 3, "second": 15, "days": 60, "plain": 14}
    names = ["matches(p.user, q.user)", "matches(q.user, r.user)", "matches(p.day, q.day)"]
    repeats = [f"repeats({name})" for name in ("p.user", "q.user", "p.day")]
    assert ran.aligned[0].matched == dict.fromkeys(names, 2) | dict.fromkeys(repeats, 0)


@pytest.mark.parametrize("protocol", SETTINGS)
@pytest.mark.parametrize("text", [TABLES + REVEALED, OWN])
def test_bytes_are_as_explained(protocol: str, text: str) -> None:
    given = inputs(TEXTS[:7], TEXTS[4:11]) if text != OWN else None
    if given is None:
        given = {"p.user": keys(list("ab")), "p.x": np.arange(2), "q.user": keys(list("b")), "q.y": np.arange(1)}
        given["z"] = np.array(0)
    session = Session(text, sizes(given["p.user"], given["q.user"]), protocol)
    told = tuple(one.bytes_sent for one in session.run(given).aligned)
    assert told == aligned_bytes(session.matchings[0], len(session.target.parties))
