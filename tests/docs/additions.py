"""What `docs/extending.md` adds, at work. `test_extending` runs this file where the page's blocks have been applied."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tacit
from tacit.runtime.graph.nodes import ROLE_EVERYONE, Random
from tacit.runtime.graph.walk import every_node
from tacit.runtime.run.party import run_in_memory

from tests.protocols.programs import split_inputs

pytestmark = pytest.mark.filterwarnings("ignore::tacit.RangeWarning")

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
PROTOCOLS = ["pair", "rep3", "semi2k"]
HEAD = "party alice\nparty bob\ninput x: int32[4] from alice\ninput y: int32[4] from bob\ninput z: int32[4] from bob\n"
SCALE = 2.0**16

Array = np.ndarray[Any, Any]


def graph_of(text: str, protocol: str = "pair") -> Any:
    return tacit.compile(text, protocol=protocol).graph_for({})


def check(text: str, inputs: dict[str, Array], expected: dict[str, Array], protocol: str, units: float = 4) -> None:
    """Runs a program with all parties in memory. Fractions may be off by some units of the last place."""
    graph = graph_of(text, protocol)
    scaled = {
        name: np.rint(array * SCALE).astype(np.int64) if array.dtype == np.float64 else array
        for name, array in inputs.items()
    }
    found = run_in_memory(graph, split_inputs(graph, scaled))[0].outputs[ROLE_EVERYONE]
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        if array.dtype == np.float64:
            np.testing.assert_allclose(found[name] / SCALE, array, rtol=2**-16, atol=units / SCALE, err_msg=name)
        else:
            np.testing.assert_array_equal(found[name], array, err_msg=name)


def normal_cdf(x: Array) -> Array:
    """By the midpoint rule, from no function that the page uses."""
    grid = (np.arange(1 << 12) + 0.5) / (1 << 12)
    density = np.exp(-((x[..., None] * grid) ** 2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(0.5 + x * density.mean(axis=-1))


def drawn(seed: int, *shape: int, bound: float = 4.0) -> Array:
    """Fractions that `fixed` holds exactly."""
    return np.rint(np.random.default_rng(seed).uniform(-bound, bound, shape) * SCALE) / SCALE


def integers(seed: int) -> dict[str, Array]:
    random = np.random.default_rng(seed)
    return {name: random.integers(-(2**9), 2**9, 4) for name in ("x", "y", "z")}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_program_of_the_page(protocol: str) -> None:
    (text,) = re.findall(r"^```mpc\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    x, y, z = drawn(1, 3, 3)
    votes = (x < y).astype(int) + (y < z) + (z < x)
    expected = {"factored": x * y - z * x, "probability": normal_cdf(x - y), "mostly": votes > 1}
    check(text, {"x": x, "y": y, "z": z}, expected, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_function_of_the_language(protocol: str) -> None:
    names = "abcde"
    text = "party alice\nparty bob\n" + "".join(
        f"input {name}: bool[32] from {('alice', 'bob')[place % 2]}\n" for place, name in enumerate(names)
    )
    text += "".join(f"reveal majority({', '.join(names[:count])}) as of_{count}\n" for count in range(1, 6))
    bits = np.array([[number >> place & 1 for number in range(32)] for place in range(5)]).astype(np.bool_)
    expected = {f"of_{count}": 2 * bits[:count].sum(axis=0) > count for count in range(1, 6)}
    check(text, dict(zip(names, bits, strict=True)), expected, protocol)


def test_the_function_refuses_what_is_no_truth_value() -> None:
    assert refusal("reveal majority(x, y) as out") == (6, "`majority` does not apply here")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_operation(protocol: str) -> None:
    x = np.concatenate([np.linspace(-9, 9, 37), [0, 1, -1, 2**-16, -(2.0**-16), 20000, -20000]])
    x = np.rint(x * SCALE) / SCALE
    text = f"party alice\nparty bob\ninput x: fixed[{x.size}] from alice\nreveal normal_cdf(x) as out\n"
    check(text, {"x": x}, {"out": normal_cdf(np.clip(x, -9, 9))}, protocol, units=2)


SECRET = HEAD + "a = x + y\nb = x - y\nc = x + 2 * z\n"


def products_of(text: str) -> int:
    """How many products of secret numbers a program takes, truncations apart."""
    nodes = [node for node in every_node(graph_of(SECRET + text, "semi2k").body) if isinstance(node, Random)]
    return sum(node.source == "triple" for node in nodes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reveal a * b + a * c as out", 1),
        ("reveal b * a - a * c as out", 1),
        ("reveal a * b + c * a + a * a as out", 1),
        ("reveal a * b + c * a + b * c as out", 2),
        ("reveal a * a + b * b as out", 2),
        (
            "x = fixed(clip(x, -9, 9))\ny = fixed(clip(y, -9, 9))\nz = fixed(clip(z, -9, 9))\n"
            "a = x + y\nb = x - y\nc = x + 2 * z\nreveal a * b - c * a as out",
            1,
        ),
        ("p = a * b\nreveal p + a * c as out\nreveal p", 2),
        ("s = a\nfor i in range(3):\n    s = s * b + c * s\nreveal s", 1),
        ("p = a * b\nq = a * c\ns = a\nfor i in range(3):\n    s = s + (p - q) * s\nreveal s", 2),
    ],
)
def test_the_pass_saves_products(text: str, expected: int) -> None:
    assert products_of(text) == expected


def sum_of_products(random: np.random.Generator, depth: int) -> str:
    if depth == 0 or random.random() < 0.2:
        return str(random.choice(["x", "y", "a", "b", "c"]))
    left, right = (sum_of_products(random, depth - 1) for _ in range(2))
    return f"({left} {random.choice(['+', '-', '*', '*'])} {right})"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_pass_keeps_random_sums_of_products(protocol: str) -> None:
    random = np.random.default_rng(7)
    texts = [sum_of_products(random, 3) for _ in range(16)]
    lines = [f"reveal {text} as out_{place}\n" for place, text in enumerate(texts)]
    inputs = integers(7)
    x, y, z = (inputs[name] for name in "xyz")
    names = inputs | {"a": x + y, "b": x - y, "c": x + 2 * z}
    expected = {f"out_{place}": eval(text, {}, names) for place, text in enumerate(texts)}  # noqa: S307
    check(SECRET + "".join(lines), inputs, expected, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_pass_in_a_loop(protocol: str) -> None:
    text = HEAD + "p = x * y\nq = x * z\ns = x\nfor i in range(3):\n    s = s * y + p - s * z + q\nreveal s"
    inputs = integers(4)
    x, y, z = (inputs[name] for name in "xyz")
    s = x
    for _ in range(3):
        s = s * y + x * y - s * z + x * z
    check(text, inputs, {"s": s}, protocol)


@pytest.mark.parametrize("more", ["", "party carol\n"], ids=["on nodes", "as clients"])
def test_the_protocol(more: str) -> None:
    text = f"""{more}{HEAD}input f: fixed[3, 4] from alice
input g: fixed[4, 2] from bob
reveal x + 3 * y - 7 as linear
reveal sum(x * y) as inner
reveal f @ g as matrix
reveal x < y as less
reveal x == z as equal
reveal max(x) as largest
reveal argmin(concat(x, y)) as place
reveal x // y as quotient
reveal x % y as rest
reveal x & y as both
reveal x >> 3 as shifted
reveal select(x < y, f[0], f[1]) as chosen
reveal abs(f) / (abs(f[0]) + 1) as ratio
reveal sqrt(abs(f)) as root
s = x
for i in range(3):
    s = s * y + i
reveal s as repeated
reveal sum(x) < sum(y) as first
if first:
    w = x * y
else:
    w = y * z
reveal w
"""
    inputs = integers(3) | {"f": drawn(5, 3, 4), "g": drawn(6, 4, 2)}
    x, y, z, f, g = (inputs[name] for name in "xyzfg")
    z[1] = x[1]
    repeated = x
    for turn in range(3):
        repeated = repeated * y + turn
    first = np.asarray(x.sum() < y.sum())
    expected = {
        "linear": x + 3 * y - 7,
        "inner": np.asarray((x * y).sum()),
        "matrix": f @ g,
        "less": x < y,
        "equal": x == z,
        "largest": np.asarray(x.max()),
        "place": np.asarray(np.concatenate([x, y]).argmin()),
        "quotient": x // y,
        "rest": x % y,
        "both": x & y,
        "shifted": x >> 3,
        "chosen": np.where(x < y, f[0], f[1]),
        "ratio": np.abs(f) / (np.abs(f[0]) + 1),
        "root": np.sqrt(np.abs(f)),
        "repeated": repeated,
        "first": first,
        "w": x * y if first else y * z,
    }
    check(text, inputs, expected, "pair")


def refusal(text: str) -> tuple[int, str]:
    with pytest.raises(tacit.CompileError) as caught:
        graph_of(HEAD + text)
    (told,) = caught.value.diagnostics
    return told.span.line, told.problem


@pytest.mark.parametrize("text", ["s = sort(x + y)\nreveal s", "s = shuffle(x + y)\nreveal s"])
def test_what_the_protocol_lacks_is_refused_at_its_line(text: str) -> None:
    assert refusal("t = x * y\n" + text) == (7, "pair cannot sort or shuffle rows")
