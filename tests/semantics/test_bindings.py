"""Where names are bound, told from the tree alone: each case is a text, a word on a line, and the places."""

import pytest

from tests.semantics.asking import asked, places

TEXT = """\
party alice
input t: table[user: key, amount: fixed] from alice
input v: int[n] from alice
x = 1
if n > 3:
    x = 2
elif n > 2:
    x = 3
y = x
for i in range(n):
    z = x
    x = y
    y = i + x
    if i > 1:
        w = y
reveal x
reveal y as shown
v[0] = x
u = v + shown
def f(a, b: int[m] = 2, c=x):
    k = a + later + m
    if a > 0:
        k = 1
        return k
    else:
        k += b
    return k
later = 4
later = f(1, c=later)
while x > 0:
    later = later + 1
g = group(t, by=user, n=count(amount))
h = sum(t.amount, axis=0)
broken = later +
from stats import winsorized as s
save f as kept
"""


@pytest.mark.parametrize(
    ("line", "word", "expected"),
    [
        (2, "user", ["column 2:16"]),
        (2, "alice", ["party 1:7"]),
        (3, "n]", ["size 3:14"]),
        (5, "n >", ["size 3:14"]),
        (9, "x", ["assignment 4:1", "assignment 6:5", "assignment 8:5"]),
        (10, "range", ["language"]),
        (11, "x", ["assignment 4:1", "assignment 6:5", "assignment 8:5", "assignment 12:5"]),
        (12, "y", ["assignment 9:1", "assignment 13:5"]),
        (13, "x", ["assignment 12:5"]),
        (13, "i", ["target 10:5"]),
        (15, "y", ["assignment 13:5"]),
        (16, "x", ["assignment 4:1", "assignment 6:5", "assignment 8:5", "assignment 12:5"]),
        (17, "shown", ["output 17:13"]),
        (18, "v", ["assignment 18:1"]),
        (18, "x", ["output 16:8"]),
        (19, "v", ["input 3:7", "assignment 18:1"]),
        (20, "b:", ["parameter 20:10"]),
        (20, "m]", ["size 20:17"]),
        (20, "x", ["output 16:8"]),
        (21, "later", ["assignment 28:1", "assignment 29:1", "assignment 31:5"]),
        (21, "m", ["size 20:17"]),
        (24, "k", ["assignment 23:9"]),
        (26, "k", ["assignment 26:9"]),
        (27, "k", ["assignment 26:9"]),
        (29, "f", ["function 20:5"]),
        (29, "c", ["parameter 20:25"]),
        (29, "later)", ["assignment 28:1"]),
        (31, "later +", ["assignment 29:1", "assignment 31:5"]),
        (32, "by", ["language"]),
        (32, "user", ["column 2:16"]),
        (32, "n=", ["column 32:23"]),
        (32, "amount", ["column 2:27"]),
        (33, "amount", ["column 2:27"]),
        (33, "axis", ["language"]),
        (34, "broken", ["assignment 34:1"]),
        (34, "later", ["assignment 29:1", "assignment 31:5"]),
        (35, "winsorized", ["import 35:19"]),
        (36, "f", ["function 20:5"]),
        (36, "kept", ["output 36:11"]),
    ],
)
def test_each_name_knows_where_it_is_bound(line: int, word: str, expected: list[str]) -> None:
    assert places(asked(TEXT), line, word) == expected


def test_a_parameter_hides_a_name_of_the_module() -> None:
    text = "a = 1\ndef f(a):\n    return a\ndef g():\n    return a\n"
    found = asked(text)
    assert places(found, 3, "a") == ["parameter 2:7"]
    assert places(found, 5, "a") == ["assignment 1:1"]


def test_a_name_of_its_own_is_never_looked_up_outside() -> None:
    assert places(asked("a = 1\ndef f():\n    b = a\n    a = 2\n"), 3, "a") == []


def test_a_name_of_the_language_can_be_bound() -> None:
    found = asked("x = max(1, 2)\nmax = 3\ny = max\n")
    assert places(found, 1, "max") == ["language"]
    assert places(found, 3, "max") == ["assignment 2:1"]
