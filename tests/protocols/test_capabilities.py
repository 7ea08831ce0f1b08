"""What a protocol offers decides which programs it runs; the others are refused at the line that needs more."""

import numpy as np
import pytest
import tacit
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.protocols.rep3.replicated import Replicated
from tacit.compiler.protocols.rules.capabilities import WORDS
from tacit.compiler.protocols.rules.conversions import Conversions
from tacit.compiler.protocols.rules.joins import Joins
from tacit.compiler.protocols.rules.linear import Linear
from tacit.compiler.protocols.rules.opening import Opening
from tacit.compiler.protocols.rules.order import Order
from tacit.compiler.protocols.rules.products import Products
from tacit.compiler.protocols.rules.protocol import offered
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.runtime.graph.nodes import ROLE_EVERYONE
from tacit.runtime.run.party import run_in_memory

HEAD = "party a\nparty b\ninput x: int32[4] from a\ninput y: int32[4] from b\n"
X, Y = np.array([3, -1, 4, 1]), np.array([5, -9, 2, 6])


class Adding(Linear):
    """Replicated shares that are added, and nothing else."""

    name = "adding"
    trust = "nobody"
    parts = 2
    nodes_for = Replicated.nodes_for
    public, public_bits = Replicated.public, Replicated.public_bits
    share, share_bits = Replicated.share, Replicated.share_bits
    on_first = Replicated.on_first
    _deal, _deal_from_client = Replicated._deal, Replicated._deal_from_client


class Summing(Adding, Opening):
    """What is added may be revealed, too."""

    name = "summing"
    open, open_bits, _gather = Replicated.open, Replicated.open_bits, Replicated._gather


class Multiplying(Summing, Products):
    """And products, of numbers or of bits, but no way from one to the other."""

    name = "multiplying"
    multiply, matmul, conjunction = Replicated.multiply, Replicated.matmul, Replicated.conjunction
    _pass_on, _share_out = Replicated._pass_on, Replicated._share_out


@pytest.fixture(autouse=True)
def more_protocols(monkeypatch: pytest.MonkeyPatch) -> None:
    for protocol in (Adding, Summing, Multiplying):
        monkeypatch.setitem(PROTOCOLS, protocol.name, protocol)


def answer(text: str, protocol: str) -> object:
    graph = tacit.compile(HEAD + text, protocol=protocol).graph_for({})
    results = run_in_memory(graph, [{"x": X}, {"y": Y}, {}])
    return results[0].outputs[ROLE_EVERYONE]["out"].tolist()


def refused(text: str, protocol: str) -> tuple[int, str, str]:
    with pytest.raises(CompileError) as caught:
        tacit.compile(HEAD + text, protocol=protocol).graph_for({})
    (told,) = caught.value.diagnostics
    return told.span.line, told.problem, told.remedy


@pytest.mark.parametrize(
    ("protocol", "text", "expected"),
    [
        ("summing", "reveal x + 2 * y as out", (X + 2 * Y).tolist()),
        ("summing", "reveal sum(x - y) as out", int((X - Y).sum())),
        ("multiplying", "reveal x * y as out", (X * Y).tolist()),
        ("multiplying", "reveal x < y as out", (X < Y).tolist()),
        ("multiplying", "reveal x + y < 3 as out", (X + Y < 3).tolist()),
    ],
)
def test_a_protocol_runs_what_it_has_rules_for(protocol: str, text: str, expected: object) -> None:
    assert answer(text, protocol) == expected


ANY = "use --protocol rep3 or semi2k"
COMPARE = "compare secret numbers, or convert them to bits and back"


@pytest.mark.parametrize(
    ("protocol", "text", "line", "words", "remedy"),
    [
        (
            "adding",
            "z = x + y\nreveal z",
            6,
            "reveal values",
            "use --protocol rep3 or semi2k or summing or multiplying",
        ),
        ("summing", "z = x + y\nw = z * y\nreveal w", 6, "multiply secret values", f"{ANY} or multiplying"),
        (
            "summing",
            "z = x + y\nw = z // 3\nreveal w",
            6,
            COMPARE,
            ANY,
        ),
        ("multiplying", "z = x * y\nreveal z // 5 as out", 6, COMPARE, ANY),
        ("multiplying", "z = x + y\nreveal sort(z) as out", 6, "sort or shuffle rows", ANY),
    ],
)
def test_a_program_that_needs_more_is_refused_once(
    protocol: str, text: str, line: int, words: str, remedy: str
) -> None:
    assert refused(text, protocol) == (line, f"{protocol} cannot {words}", remedy)


def test_order_by_what_is_public_needs_nothing() -> None:
    text = "reveal y as shown\nreveal x[argsort(shown)] as out"
    assert answer(text, "summing") == X[np.argsort(Y)].tolist()


def test_joins_are_refused_before_keys_are_matched() -> None:
    text = (
        "party a\nparty b\ninput left: table[user: key] from a\ninput right: table[user: key, v: int32] from b\n"
        "both = join(left, right, on=user)\nreveal count(both) as people\nreveal sum(both.v) as total\n"
    )
    program = tacit.compile(text, protocol="multiplying")
    sizes = {"rows(left)": 2, "rows(right)": 3, "matches(left.user, right.user)": 1}
    with pytest.raises(CompileError) as caught:
        program.explanation_for(sizes)
    (told,) = caught.value.diagnostics
    assert (told.span.line, told.problem) == (5, "multiplying cannot join tables on keys that their owners hold")


def test_every_capability_has_words() -> None:
    assert set(WORDS) == {Linear, Products, Conversions, Opening, Order, Joins}
    for protocol in (PROTOCOLS["rep3"], PROTOCOLS["semi2k"]):
        assert all(issubclass(protocol, capability) for capability in WORDS)


def test_asking_for_what_is_not_offered_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="summing does not offer Order"):
        offered(Summing.__new__(Summing), Order)
