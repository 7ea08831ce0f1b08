"""What nodes see of the sums that numeric functions are made of is uniform, and traffic tells nothing of operands.

As the tests of `protocols.test_views`, on 4096 equal elements.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest
from tacit.compiler.ir.intervals import Interval
from tacit.compiler.protocols.circuits.carries_wide import sign_and_inside
from tacit.compiler.protocols.numeric.divide import divide
from tacit.compiler.protocols.numeric.odd import SIGMOID, sigmoid
from tacit.compiler.protocols.numeric.pieces import cut_function, piecewise
from tacit.compiler.protocols.rep3 import summands as replicated_summands
from tacit.compiler.protocols.rules.shares import Arithmetic, Boolean

from tests.protocols.bench import Bench
from tests.protocols.test_views import SETS, Views, check_uniform, combinations, same


def sums(bench: Bench, x: int) -> Arithmetic:
    """Three rows of weights over the same planes."""
    first, second, third = bench.protocol.weigh_each(bench.truth(same(x), 3), [[1, 2, 4], [5, -6, 7], [1, 2, 4]])
    return bench.protocol.add(bench.protocol.add(first, second), third)


def products(bench: Bench, x: int) -> Arithmetic:
    numbers = [bench.number(same(x * factor)) for factor in (1, 3, 5, 7)]
    return bench.protocol.dot([(numbers[0], numbers[1]), (numbers[2], numbers[3])])


def parities(bench: Bench, x: int) -> Boolean:
    return bench.protocol.dot_bits(
        bench.truth(same(x), 9), bench.truth(same(x), 9), [[(0, 1), (2, 3)], [(4, 5)], []] * 8
    )


def near(bench: Bench, x: int) -> Arithmetic:
    cut = cut_function(SIGMOID.function, Interval(-(1 << 20), 1 << 20), 16, 2.0**-18)
    return piecewise(bench.protocol, bench.number(same(x)), cut)


BUILDS: dict[str, Callable[[Bench, int], Arithmetic | Boolean]] = {
    "sums": sums,
    "products": products,
    "parities": parities,
    "divide": lambda b, x: divide(b.protocol, b.number(same(x)), b.number(same(x)), 16),
    "sigmoid": lambda b, x: sigmoid(b.protocol, b.number(same(x)), 16),
    "pieces": near,
    "where": lambda b, x: sign_and_inside(b.protocol, b.number(same(x)), 17, 21, 48),
}


@pytest.fixture(params=[0, 1 << 62], autouse=True)
def late(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Factors of much data go to one node alone: here all of them, or none."""
    monkeypatch.setattr(replicated_summands, "LATE", request.param)


def run(name: str, secret: int, receiver: int = 1, other: int = 0) -> Views:
    """A run whose keys and shares, as far as the receiver has them, do not depend on the secret or on `other`."""
    bench = Bench(clients=1, hidden=(receiver + 2) % 3)
    bench.keep("result", BUILDS[name](bench, secret))
    keys = {at: bytes([sum(1 << party for party in at), 0 if receiver in at else other] * 8) for at in SETS}
    found: Views = defaultdict(list)
    for round, _, to, content in sorted(bench.run(keys=keys).messages):
        found[round, to].append(content)
    return found


@pytest.mark.parametrize("name", BUILDS)
@pytest.mark.parametrize("receiver", [0, 1, 2])
def test_a_view_tells_nothing_beyond_what_the_node_holds(name: str, receiver: int) -> None:
    before, after = run(name, 0, receiver, 1), run(name, -1, receiver, 2)
    for key, contents in before.items():
        check_uniform(np.frombuffer(b"".join(contents), np.uint8))
        if key[1] == receiver:
            for first, second in zip(contents, after[key], strict=True):
                for together in combinations(first, second):
                    check_uniform(together)


@pytest.mark.parametrize("name", BUILDS)
def test_traffic_does_not_depend_on_secrets(name: str) -> None:
    sizes = [
        {key: [len(one) for one in contents] for key, contents in run(name, secret).items()}
        for secret in (0, -1, 12345678901)
    ]
    assert sizes[0] == sizes[1] == sizes[2]
