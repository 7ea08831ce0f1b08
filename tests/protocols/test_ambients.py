"""State that a protocol carries through a run: every repeat and every branch passes it on."""

import numpy as np
import pytest
import tacit
from tacit.compiler.protocols.rep3.replicated import Replicated
from tacit.compiler.protocols.rules.expansion import Expansion, Wire, integers
from tacit.compiler.protocols.rules.shares import Arithmetic, Clear
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.runtime.graph.nodes import ROLE_EVERYONE, Parties, Repeat
from tacit.runtime.graph.walk import every_node
from tacit.runtime.run.party import run_in_memory


class Counting(Replicated):
    """Replicated shares whose products are counted; what is opened is how many there have been."""

    name = "counting"

    def __init__(self, expansion: Expansion) -> None:
        super().__init__(expansion)
        self.g.declare("products", self.g.constant(0, integers(())))

    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        one = self.g.constant(1, integers(()))
        self.g.renew("products", self.g.local("clear.add", integers(()), self.g.ambient("products"), one))
        return super().multiply(x, y)

    def open(self, x: Arithmetic, to: Parties) -> Clear:
        super().open(x, to)
        return Clear(self.g.kept_at(self.g.ambient("products"), to))


HEAD = "party a\nparty b\ninput x: int32 from a\ninput y: int32 from b\n"


def products(text: str, optimize: int) -> int:
    program = tacit.compile(HEAD + text + "reveal s as out\n", protocol="counting", optimize=optimize)
    results = run_in_memory(program.graph_for({}), [{"x": np.array(1)}, {"y": np.array(3)}, {}])
    return int(results[0].outputs[ROLE_EVERYONE]["out"])


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROTOCOLS, "counting", Counting)


@pytest.mark.parametrize("optimize", [0, 1, 2])
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s = x * y\n", 1),
        ("s = x\nfor i in range(5):\n    s = s * y + i\n", 5),
        ("s = x\nfor i in range(3):\n    s = s * y + i\n    for j in range(4):\n        s = s * y + j\n", 15),
        ("s = x\ni = 0\ngo = True\nwhile go:\n    s = s * y\n    i += 1\n    reveal s < 10 as go\n", 3),
        ("s = x\nreveal x < y as first\nif first:\n    s = s * y * s\nelse:\n    s = s * y\n", 2),
        ("s = x\nreveal y < x as first\nif first:\n    s = s * y * s\nelse:\n    s = s * y\n", 1),
        (
            "s = x * y\nfor i in range(3):\n    reveal s < 20 as small\n    if small:\n"
            "        for j in range(2):\n            s = s * y + j\n",
            3,
        ),
    ],
)
def test_an_ambient_passes_through_repeats_and_branches(text: str, expected: int, optimize: int) -> None:
    assert products(text, optimize) == expected


def test_what_is_not_declared_is_not_carried() -> None:
    text = HEAD + "s = x\nfor i in range(5):\n    s = s * y + i\nreveal s\n"
    graphs = [tacit.compile(text, protocol=protocol).graph_for({}) for protocol in ("rep3", "counting")]
    carried = [
        [len(node.parameters) for node in every_node(graph.body) if isinstance(node, Repeat)] for graph in graphs
    ]
    assert [more - less for less, more in zip(*carried, strict=True)] == [1] * len(carried[0])


def test_what_is_renewed_beside_a_repeat_enters_it() -> None:
    g = Expansion(1, 1)
    outer = g.constant(7, integers(()))
    g.declare("state", g.constant(0, integers(())))

    def turn(index: Wire, carried: list[Wire]) -> list[Wire]:
        with g.beside(outer):
            g.renew("state", outer)
        g.renew("state", g.local("clear.add", integers(()), g.ambient("state"), index))
        return carried

    g.repeat(3, [], turn)
    (repeat,) = (node for node in g.body if isinstance(node, Repeat))
    assert repeat.initial == (outer.id,)
    assert repeat.outputs == (g.ambient("state").id,)
    assert g.ambients == (g.ambient("state"),)


def test_an_ambient_is_declared_once_and_outside_of_repeats() -> None:
    g = Expansion(1, 1)
    zero = g.constant(0, integers(()))
    g.declare("state", zero)
    with pytest.raises(ValueError, match="declared once, outside of all repeats"):
        g.declare("state", zero)
    with pytest.raises(ValueError, match="cannot become"):
        g.renew("state", g.constant(0, integers((2,))))

    def turn(_: Wire, carried: list[Wire]) -> list[Wire]:
        g.declare("other", zero)
        return carried

    with pytest.raises(ValueError, match="'other' is declared once, outside of all repeats"):
        g.repeat(3, [], turn)
