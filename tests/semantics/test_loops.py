"""Loops: what they compute, and that they stay loops."""

from collections.abc import Sequence

import pytest

from tests.semantics.running import compiled, constant_element, label, mistakes, names, run

X = "input x: fixed[n] from alice\ninput y: int[n] from bob\n"


def loops(text: str, sizes: dict[str, int] | None = None) -> list[int]:
    """The counts of the loops in the IR."""
    return [op.attributes["count"] for op in compiled(text, sizes).body.operations if op.name == "loop"]


CASES: list[tuple[str, object]] = [
    ("r = 0\nfor i in range(5):\n    r += i", 10),
    ("r = 0\nfor i in range(2, 9, 3):\n    r = r * 10 + i", 258),
    ("r = 0\nfor i in range(5, 0, -2):\n    r = r * 10 + i", 531),
    ("r = 7\nfor i in range(0):\n    r = 1", 7),
    ("r = 7\nfor i in range(5, 1):\n    r = 1", 7),
    ("r = 0\nfor v in x:\n    r = r * 2 + v", 26),
    ("r = 0\nfor v, w in zip(x, y):\n    r += v * w", 300),
    ("r = 0\nfor i, v in zip(range(len(x)), x):\n    r += v * i", 20),
    ("r = 0\nfor xb, yb in batches(x, y, size=3):\n    r += sum(xb) * len(xb) + sum(yb)", 122),
    ("r = 0\nfor xb in batches(x, size=2):\n    r = r * 10 + sum(xb)", 37),
    ("r = 0\nfor xb in batches(x, size=9):\n    r += len(xb)", 4),
    ("r = zeros(3)\nfor i in range(3):\n    r[i] = x[i] + 1", [2, 3, 4]),
    ("r = zeros(3)\nfor i in range(3):\n    r[i] = x[i + 1] - x[i]", [1, 1, 1]),
    ("r = zeros(4)\nfor i in range(4):\n    r[i] = x[i - 1]", [4, 1, 2, 3]),
    ("r = 0\nfor i in range(3):\n    r += sum(x[i:i + 2]) * (i + 1)", 3 + 10 + 21),
    ("r = 0\nfor i in range(2):\n    for j in range(i, i + 2):\n        r += x[i + j]", 1 + 2 + 3 + 4),
    ("r = 0\nfor i in range(3):\n    for j in range(i):\n        r += x[i] * (j + 1)", 0 + 2 + 9),
    ("r = 0\nfor i in range(4):\n    r += sum(x[i:])", 30),
    ("r = 0\nfor i in range(3):\n    r += sum(ones(i))", 3),
    ("r = 0\nfor v in (1, 2.5, True):\n    r += v", 4.5),
    ("r = 0\nfor a, b in zip((1, 2), (3, 4)):\n    r += a * b", 11),
    ("for i in range(3):\n    r = x[i]", 3),
    ("r = 0\ni = 5\nfor i in range(3):\n    r += 1\nr = r * 10 + i", 32),
    ("r = 0\nk = 1\nwhile k < 40:\n    k = k * 3\n    r += k", 3 + 9 + 27 + 81),
    ("k = 1\nwhile k < 40:\n    k = k * 3\nr = zeros(k - 79)", [0, 0]),
    ("k = 3\nr = 0\nwhile k > 0:\n    r += sum(ones(k))\n    k = k - 1", 6),
    ("r = 1\nwhile r > 1:\n    r = 0", 1),
    ("r = 0\nfor i in range(3):\n    if i == 1:\n        r += 10\n    else:\n        r += 1", 12),
    ("r = 0\nfor i in range(4):\n    if i < 3:\n        r += x[i + 1]", 9),
    ("r = 0\nfor i in range(4):\n    r += x[i + 1] if i < 3 else 0.5", 9.5),
    ("a = 0\nb = 1\nfor i in range(10):\n    a, b = b, a + b\nr = a", 55),
    ("r = 0\nfor v in x:\n    if v > 2:\n        r += v", 7),
    ("r = [0, 0]\nfor i in range(4):\n    r[i % 2] += y[i]", [40, 60]),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_loop(body: str, expected: object) -> None:
    assert run(f"{X}{body}\nreveal r\n", {"x": [1, 2, 3, 4], "y": [10, 20, 30, 40]}, {"n": 4})["r"] == expected


def test_a_while_goes_on_as_long_as_a_revealed_bit_says() -> None:
    text = """
input x: int[4] from alice
total = 0
i = 0
go = True
while go:
    total += x[i]
    i += 1
    reveal total < 5 as go
reveal total
reveal i
"""
    assert run(text, {"x": [1, 2, 3, 4]}) == {"go": False, "total": 6, "i": 3}


# --- loops stay loops -------------------------------------------------------------------------------------------

ROLLED = [
    "s = 0.0\nfor i in range(COUNT):\n    s += x[0] * i\nreveal s\n",
    "s = 0.0\nfor i in range(COUNT):\n    for j in range(COUNT):\n        s += x[i // COUNT] * j\nreveal s\n",
    "s = zeros(COUNT)\nfor i in range(COUNT - 1):\n    s[i + 1] = s[i] + x[0]\nreveal s\n",
    "s = zeros(COUNT)\nfor i in range(COUNT - 4):\n    s[i:i + 4] = s[i + 1:i + 5] * 2\nreveal s\n",
    "s = 0.0\nfor a in zeros((COUNT, 2)):\n    s += sum(a)\nreveal s\n",
    "s = 0.0\nfor a in batches(zeros((COUNT, 2)), size=5):\n    s += sum(a)\nreveal s\n",
    "k = 0\nwhile k < COUNT:\n    k += 1\nreveal k * x[0] as r\n",
]


@pytest.mark.parametrize("text", ROLLED)
def test_ten_thousand_turns_are_as_small_as_ten(text: str) -> None:
    few, many = (names(compiled(X + text.replace("COUNT", count), {"n": 3})) for count in ("10", "10000"))
    assert few == many


@pytest.mark.parametrize(
    "text",
    [
        "reveal sum(x) as s\nreveal mean(x) as m\nreveal var(x * y) as v\nreveal argmax(x) as a\n",
        "s = 0\nfor v in x:\n    s += v\nreveal s\n",
        "for xb in batches(x, size=4):\n    s = sum(xb)\nreveal s\n",
        "k = x[::2]\nx[0] = 3\nreveal flip(concat(x, k)) as r\n",
        "reveal cumsum(repeat(x, 3)) as r\n",
    ],
)
def test_sizes_of_data_do_not_change_the_graph(text: str) -> None:
    small, large = (names(compiled(X + text, {"n": n})) for n in (10, 10_000_002))
    assert small == large


def test_nested_loops_are_elaborated_in_linear_time() -> None:
    """Each of these loops needs several attempts; attempts multiplied over six levels would be thousands of bodies."""
    depth = 12
    lines = [f"{'    ' * level}for i{level} in range(3):" for level in range(depth)]
    names_of = [f"v{level}" for level in range(depth)]
    start = "".join(f"{name} = True\n" for name in names_of)
    body = "    " * depth
    lines += [f"{body}{name} = {other} * 1 + x[0]" for name, other in zip(names_of, [*names_of[1:], "1"], strict=True)]
    text = X + start + "\n".join(lines) + "\nreveal v0\n"
    assert len(names(compiled(text, {"n": 1}))) < 1000


def test_inner_loops_that_must_be_written_out_are_written_out_once() -> None:
    text = "s = 0.0\nfor i in range(6):\n    for j in range(6):\n        s += sum(ones(i * j + 1)) * x[0]\nreveal s\n"
    assert names(compiled(X + text, {"n": 1})).count("sum") == 36


def test_too_many_turns_to_write_out() -> None:
    text = "s = 0.0\nfor i in range(5000):\n    s += sum(zeros(i))\nreveal s\n"
    found = mistakes(text)
    place = "3: the argument `shape` of `zeros`"
    assert found == [f"{place} differs from turn to turn, and there are too many turns to write each one out"]


# --- types that grow --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("r = False\nfor v in y:\n    r = r or v > 3", "bool"),
        ("r = False\nfor v in y:\n    r = v", "int"),
        ("r = 0\nfor v in y:\n    r = r + 0.5", "fixed.16"),
        ("r = 0\nfor v in y:\n    r = r + 1", "int"),
        ("r = 0\nfor v in y:\n    r = r & 1", "int2"),
        ("r = 0\ns = 0\nfor v in x:\n    r = s\n    s = v", "fixed.16"),
    ],
)
def test_carried_types(body: str, expected: str) -> None:
    assert str(constant_element("r", f"{X}{body}\nreveal r\n")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("r = 0\nfor i in range(3):\n    r += i", "static"),
        ("r = 0\nfor v in y:\n    r += v", "owned(bob)"),
        ("r = 0\nfor v, w in zip(x, y):\n    r += v + w", "secret"),
        ("r = 0\ns = 0\nfor v in y:\n    r = s\n    s = v", "owned(bob)"),
        ("reveal y[0] > 1 as go\nr = 0\nwhile go:\n    r += 1\n    reveal y[r] > 1 as go", "revealed"),
    ],
)
def test_carried_labels(body: str, expected: str) -> None:
    assert str(label(f"{X}{body}\nreveal r\n", "r")) == expected


def carried(text: str) -> Sequence[int]:
    return [len(op.operands) for op in compiled(text, {"n": 9}).body.operations if op.name == "loop"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("s = 0\nfor v in x:\n    d = v * v\n    s += d", 1),
        ("s = 0\nd = 1\nfor v in x:\n    d = v * v\n    s += d", 1),
        ("s = 0\nfor v in x:\n    d = v * v\n    s += d\ns += d", 2),
        ("s = 0\nd = 1\nfor v in x:\n    s += d\n    d = v * v", 2),
        ("s = 0\nz = 3\nfor v in x:\n    s += v * z", 1),
        ("z = 3\ndef f(v):\n    return v * z\ns = 0\nfor v in x:\n    s += f(v)\n    z = v", 2),
    ],
)
def test_only_what_is_read_is_carried(body: str, count: int) -> None:
    assert carried(f"{X}{body}\nreveal s\n") == [count]


def test_temporaries_may_change_their_shape() -> None:
    text = "s = 0\nt = zeros(9)\nfor xb in batches(x, size=3):\n    t = xb\n    s += sum(t)\nreveal s\n"
    assert run(X + text, {"x": [1, 2, 3, 4], "y": [0] * 4}, {"n": 4})["s"] == 10


def test_rows_of_one_batch_each() -> None:
    text = "s = 0\nfor xb in batches(x, size=1):\n    s += sum(xb)\nreveal s\n"
    assert loops(X + text, {"n": 4}) == [4]
