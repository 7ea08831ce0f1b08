"""What each node sees is uniform, whatever the secrets, and the traffic does not depend on them.

Uniform words are not enough: masked with a stream that the receiver knows, a word is uniform and tells the secret. So a
view is compared between two runs that the receiver cannot tell apart by what it holds: its components of the shares and
the keys that it has are the same, the secret and the keys that it lacks are not. If every message is masked by a stream
of a key that the receiver lacks, then both messages are independent, and their difference is uniform too.

A run gives each primitive 4096 equal elements; all bounds are those of chi-square tests, 8 deviations wide, under fixed
keys.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations as combinations_of
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tacit.compiler.protocols.circuits import circuits
from tacit.compiler.protocols.rep3 import summands as replicated_summands
from tacit.compiler.protocols.rules.shares import Arithmetic, Boolean, Clear

from tests.protocols.bench import SETTINGS, Bench

COUNT = 4096
SETS = [(party,) for party in range(5)] + list(combinations_of(range(5), 2))

Build = Callable[[Bench, int], Arithmetic | Boolean]
Views = dict[tuple[int, int], list[bytes]]
"""For each (round, receiver) what came, by sender."""


def same(value: int) -> np.ndarray[Any, Any]:
    return np.full(COUNT, value, np.int64)


BUILDS: dict[str, Build] = {
    "share by 0": lambda b, x: b.protocol.share(Clear(b.owned(same(x), 0))),
    "share by 2": lambda b, x: b.protocol.share(Clear(b.owned(same(x), 2))),
    "share by a client": lambda b, x: b.protocol.share(Clear(b.owned(same(x), b.nodes))),
    "share bits": lambda b, x: b.protocol.share_bits(Clear(b.owned(same(x), 1)), 64),
    "multiply": lambda b, x: b.protocol.multiply(b.number(same(x)), b.number(same(x))),
    "and": lambda b, x: b.protocol.conjunction(b.truth(same(x), 64), b.truth(same(x), 64)),
    "dot": lambda b, x: b.protocol.dot([(b.number(same(x)), b.number(same(x))) for _ in range(3)]),
    "dot bits": lambda b, x: b.protocol.dot_bits(
        b.truth(same(x), 2), b.truth(same(x), 2), [[(0, 1), (1, 1)], [(1, 0)]]
    ),
    "matmul": lambda b, x: b.protocol.matmul(
        b.number(same(x).reshape(64, 64)), b.number(same(x).reshape(64, 64)), (64, 64)
    ),
    "and with a term": lambda b, x: b.protocol.conjunction(
        b.truth(same(x), 2), b.truth(same(x), 2), (0, -1), (1, -1), (-1, 0)
    ),
    "subtract bits": lambda b, x: circuits.subtract_bits(b.protocol, b.truth(same(x), 8), b.truth(same(x), 8))[0],
    "less": lambda b, x: circuits.sign(b.protocol, b.number(same(x))),
    "equal": lambda b, x: circuits.is_zero(b.protocol, b.number(same(x))),
    "to bits": lambda b, x: circuits.to_bits(b.protocol, b.number(same(x))),
    "from bits": lambda b, x: circuits.from_bits(b.protocol, b.truth(same(x), 64)),
    "weigh": lambda b, x: b.protocol.weigh(b.truth(same(x), 3), [1, 2, 4]),
    "weigh each": lambda b, x: b.protocol.add(*b.protocol.weigh_each(b.truth(same(x), 3), [[1, 2, 4], [3, 5, 7]])),
    "multiply bit": lambda b, x: b.protocol.multiply_bit(b.truth(same(x)), b.number(same(x))),
    "truncate 16": lambda b, x: b.protocol.truncate(b.number(same(x)), 16),
    "truncate 30": lambda b, x: b.protocol.truncate(b.number(same(x)), 30),
    "shuffle": lambda b, x: b.protocol.gather(b.number(same(x)), b.protocol.random_rows(COUNT)),
    "shuffle back": lambda b, x: b.protocol.gather(b.number(same(x)), b.protocol.random_rows(COUNT).inverse),
    "shuffle bits": lambda b, x: b.protocol.gather(b.truth(same(x), 33), b.protocol.random_rows(COUNT)),
    "shift right": lambda b, x: circuits.shift_right(b.protocol, b.number(same(x)), 16),
}


CONVERSIONS = ("weigh", "weigh each", "multiply bit")
BUILDS |= {f"{name} late": BUILDS[name] for name in CONVERSIONS}


@pytest.fixture(autouse=True)
def late(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With "late" in its name, a rule's factors go to one node alone, as those of much data do."""
    if " late" in request.node.name:
        monkeypatch.setattr(replicated_summands, "LATE", 0)


def run(name: str, secret: int, receiver: int = 1, other: int = 0, setting: str = "rep3") -> Views:
    """A run whose keys and shares, as far as the receiver has them, do not depend on the secret or on `other`."""
    nodes = SETTINGS[setting][1]
    bench = Bench(clients=1, hidden=(receiver + nodes - 1) % nodes, setting=setting)
    bench.keep("result", BUILDS[name](bench, secret))
    keys = {at: bytes([sum(1 << party for party in at), 0 if receiver in at else other] * 8) for at in SETS}
    found: Views = defaultdict(list)
    for round, _, to, content in sorted(bench.run(keys=keys).messages):
        assert to <= nodes, "a dealer hears something"
        found[round, to].append(content)
    return found


def check_uniform(octets: Any) -> None:
    counts = np.bincount(octets, minlength=256)
    expected = counts.sum() / 256
    statistic = float(((counts - expected) ** 2 / expected).sum())
    assert (statistic - 255) / float(np.sqrt(2 * 255)) < 8


def combinations(first: bytes, second: bytes) -> list[Any]:
    """Sums and differences of the words of two messages, as bytes."""
    size = min(len(first), len(second)) // 8
    a, b = (np.frombuffer(one, np.uint64, size) for one in (first, second))
    return [together.view(np.uint8) for together in (a + b, a - b, a ^ b)]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("secret", [0, -1])
def test_received_words_are_uniform(name: str, secret: int, setting: str) -> None:
    for contents in run(name, secret, setting=setting).values():
        check_uniform(np.frombuffer(b"".join(contents), np.uint8))
        for first, second in pairwise(contents):
            for together in combinations(first, second):
                check_uniform(together)


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize(
    ("setting", "receiver"), [(name, node) for name in SETTINGS for node in range(SETTINGS[name][1])]
)
def test_a_view_tells_nothing_beyond_what_the_node_holds(name: str, setting: str, receiver: int) -> None:
    before, after = run(name, 0, receiver, 1, setting), run(name, -1, receiver, 2, setting)
    owner = {"share by 0": 0, "share by 2": 2, "share bits": 1}.get(name)
    for key, contents in before.items():
        if key[1] == receiver and receiver != owner:
            for first, second in zip(contents, after[key], strict=True):
                for together in combinations(first, second):
                    check_uniform(together)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", BUILDS)
def test_traffic_does_not_depend_on_secrets(name: str, setting: str) -> None:
    sizes = [
        {key: [len(one) for one in contents] for key, contents in run(name, secret, setting=setting).items()}
        for secret in (0, -1, 12345678901234567)
    ]
    assert sizes[0] == sizes[1] == sizes[2]


def test_a_mask_that_the_receiver_knows_is_found() -> None:
    """A wrong protocol fails the test above: here node 0 masks what it sends to node 1 with their common stream."""
    views = []
    for secret, other in ((0, 1), (-1, 2)):
        bench = Bench(hidden=0)
        wire = bench.protocol.clear_number(Clear(bench.owned(same(secret), 0)))
        masked = bench.g.local("ring.add", wire.type, wire, bench.g.stream(wire.type, (0, 1)))
        sent = bench.g.exchange(masked, (0, 1))
        bench.give("sent", bench.g.local("integer.from_ring", bench.g.types[0], sent), 1)
        keys = {(0, 1): bytes(16), (0, 2): bytes([other]) * 16}
        views.append(bench.run(keys=keys).messages[0][3])
    with pytest.raises(AssertionError):
        for together in combinations(*views):
            check_uniform(together)
