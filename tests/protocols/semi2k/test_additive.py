"""Each primitive of semi2k against plain arithmetic, with its rounds, bytes and correlated randomness, exactly."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.labels import SECRET
from tacit.compiler.ir.types import INT, ArrayType
from tacit.compiler.protocols.circuits import circuits
from tacit.compiler.protocols.rules.shares import Clear
from tacit.compiler.protocols.semi2k.additive import Additive
from tacit.runtime.graph.cost import Amount, count_bytes, count_correlations, count_rounds

from tests.protocols.bench import SETTINGS, Bench, Outcome, evaluate
from tests.protocols.programs import TARGETS, Writer, check_same, compiled
from tests.protocols.rep3.test_replicated import EDGES, numbers

BOTH = pytest.mark.parametrize(("setting", "nodes"), [("semi2k", 2), ("semi2k-3", 3)])


def check_cost(outcome: Outcome, nodes: int, rounds: int, sent: int, corrections: int) -> None:
    """`sent` is what each node tells each other one; `corrections` what the dealer tells the last node."""
    assert (outcome.rounds, outcome.bytes) == (rounds, (*[sent * (nodes - 1)] * nodes, 0))
    assert sum(amount.bytes for amount in count_correlations(outcome.graph).values()) == corrections


@BOTH
def test_multiply(setting: str, nodes: int) -> None:
    x, y = numbers(100), numbers(100, 6)[::-1]
    outcome = evaluate(lambda b: b.protocol.multiply(b.number(x), b.number(y)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x * y)
    check_cost(outcome, nodes, 1, 1600, 800)
    assert count_correlations(outcome.graph) == {"mask": Amount(2, 0), "triple": Amount(1, 800)}


@BOTH
def test_a_square_opens_once(setting: str, nodes: int) -> None:
    def squared(b: Bench) -> Any:
        x = b.number(numbers(100))
        return b.protocol.multiply(x, x)

    outcome = evaluate(squared, setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], numbers(100) ** 2)
    check_cost(outcome, nodes, 1, 800, 800)


@BOTH
def test_matmul(setting: str, nodes: int) -> None:
    x, y = numbers(24).reshape(4, 6), numbers(30).reshape(6, 5)
    outcome = evaluate(lambda b: b.protocol.matmul(b.number(x), b.number(y), (4, 5)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x @ y)
    check_cost(outcome, nodes, 1, 8 * (24 + 30), 160)


def test_a_fixed_operand_is_opened_once_for_all_turns() -> None:
    """A matrix that a loop multiplies in every turn stands under one mask, opened before the loop."""
    x, y = numbers(24).reshape(4, 6), numbers(24, 6).reshape(6, 4)
    bench = Bench(setting="semi2k")
    p, fixed = bench.protocol, bench.number(x)

    def body(state: Any) -> tuple[Any]:
        product = p.matmul(fixed, state, (4, 4))
        return (p.matmul(state, product, (6, 4)),)

    (result,) = p.repeat(5, (bench.number(y),), body)
    bench.keep("result", result)
    outcome = bench.run()
    for _ in range(5):
        y = y @ (x @ y)
    np.testing.assert_array_equal(outcome.values["result"], y)
    # Before the loop x; in each turn the state once, and the product.
    assert (outcome.rounds, outcome.bytes) == (1 + 5 * 2, (8 * (24 + 5 * (24 + 16)),) * 2 + (0,))
    assert count_correlations(outcome.graph)["matrix_triple"] == Amount(10, 5 * 8 * (16 + 24))


@BOTH
def test_moved_elements_keep_their_mask(setting: str, nodes: int) -> None:
    """A step of a regression: x w and x^T e open x once; so does a scalar spread over an array."""
    x, w, e = numbers(24).reshape(4, 6), numbers(12, 6)[:6], numbers(12, 7)[:4]

    def build(b: Bench) -> Any:
        p, matrix = b.protocol, b.number(x)
        forth = p.matmul(matrix, b.number(w), (4,))
        turned = p.map("transpose", (6, 4), matrix, permutation=(1, 0))
        back = p.matmul(turned, p.multiply(forth, b.number(e)), (6,))
        row = p.map("slice", (6,), p.map("reshape", (24,), matrix, shape=(24,)), starts=(6,), stops=(12,), steps=(1,))
        return p.add(p.multiply(back, row), p.map("broadcast", (6,), b.number(np.array([3])), shape=(6,)))

    outcome = evaluate(build, setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], (x.T @ (x @ w * e)) * x[1] + 3)
    check_cost(outcome, nodes, 4, 8 * (24 + 6 + 4 + 4 + 4 + 6), 8 * (4 + 4 + 6 + 6))


@BOTH
def test_conjunction(setting: str, nodes: int) -> None:
    x, y = numbers(70), numbers(70, 6)
    outcome = evaluate(lambda b: b.protocol.conjunction(b.truth(x, 64), b.truth(y, 64)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x & y)
    check_cost(outcome, nodes, 1, 2 * 64 * 9, 64 * 9)


@BOTH
def test_planes_of_one_word(setting: str, nodes: int) -> None:
    """A plane in several products is opened once; -1 is a plane of zeros."""
    x = numbers(64)

    def build(b: Bench) -> Any:
        bits = b.truth(x, 4)
        return b.protocol.conjunction(bits, bits, (3, 3, -1, 2), (2, 1, 0, -1), (0, -1, 1, 2))

    outcome = evaluate(build, setting=setting)
    b0, b1, b2, b3 = ((x >> place) & 1 for place in range(4))
    expected = (b3 & b2 ^ b0) + 2 * (b3 & b1) + 4 * b1 + 8 * b2
    np.testing.assert_array_equal(outcome.values["result"], expected)
    check_cost(outcome, nodes, 1, 3 * 8, 4 * 8)


@BOTH
def test_sums_of_bit_products(setting: str, nodes: int) -> None:
    x, y = numbers(80), numbers(80, 6)
    terms = [[(0, 1), (2, 1)], [], [(2, 0)]]
    outcome = evaluate(lambda b: b.protocol.dot_bits(b.truth(x, 3), b.truth(y, 2), terms), setting=setting)
    x0, x2, y0, y1 = x & 1, x >> 2 & 1, y & 1, y >> 1 & 1
    np.testing.assert_array_equal(outcome.values["result"], (x0 & y1 ^ x2 & y1) + 4 * (x2 & y0))
    check_cost(outcome, nodes, 1, 4 * 10, 3 * 10)


@BOTH
def test_weigh(setting: str, nodes: int) -> None:
    x = numbers(100)
    outcome = evaluate(lambda b: b.protocol.weigh(b.truth(x, 3), [1, -(2**63), 5]), setting=setting)
    expected = (x & 1) + (x >> 1 & 1) * np.int64(-(2**63)) + (x >> 2 & 1) * 5
    np.testing.assert_array_equal(outcome.values["result"], expected)
    check_cost(outcome, nodes, 1, 3 * 13, 2400)


@BOTH
def test_multiply_bit(setting: str, nodes: int) -> None:
    x, bit = numbers(100), numbers(100, 6) & 1
    outcome = evaluate(lambda b: b.protocol.multiply_bit(b.truth(bit), b.number(x)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x * bit)
    check_cost(outcome, nodes, 1, 800 + 13, 1600)


@BOTH
@pytest.mark.parametrize("bits", [1, 7, 16, 33, 62])
def test_truncate(setting: str, nodes: int, bits: int) -> None:
    random = np.random.default_rng(bits)
    x = np.concatenate([EDGES[:-2], random.integers(-(2**62) + 1, 2**62, 100), np.arange(-5, 5) << bits >> 1])
    outcome = evaluate(lambda b: b.protocol.truncate(b.number(x), bits), setting=setting)
    result = outcome.values["result"]
    assert np.all((result == x >> bits) | (result == -(-x >> bits)))
    check_cost(outcome, nodes, 1, 8 * x.size, 16 * x.size)


@BOTH
def test_comparison(setting: str, nodes: int) -> None:
    x, y = numbers(800) >> 1, numbers(800, 6) >> 1
    outcome = evaluate(lambda b: circuits.less(b.protocol, b.number(x), b.number(y)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x < y)
    # The number, then of 31, 15, 7, 3 and 1 pairs of blocks the three bits that are multiplied, two of the lowest.
    opened = 64 + sum(3 * pairs + 2 for pairs in (15, 7, 3, 1, 0))
    # The bits of the mask and the products of two in 31 blocks; a bit for each join.
    corrected = (1 + 62 + 31 + 1) + sum(2 * pairs + 1 for pairs in (15, 7, 3, 1, 0))
    check_cost(outcome, nodes, 6, 100 * opened, 100 * corrected)


@BOTH
def test_a_narrow_comparison_opens_few_bits(setting: str, nodes: int) -> None:
    """And what opens all of the number later has the same summands: their carry is that of the quotient."""
    x = numbers(80) >> 56

    def build(b: Bench) -> Any:
        p, share = b.protocol, b.number(x + 128)
        carry = p.weigh(circuits.carries(p, share, [4]), [1])
        return p.add(p.quotient(share, 4), carry)

    outcome = evaluate(lambda b: circuits.sign(b.protocol, b.number(x), 8), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x < 0)
    # Two bytes, then the tree over blocks of 2 of the 7 lower bits.
    check_cost(outcome, nodes, 3, 160 + 10 * (5 + 2), 10 * (8 + 3 + 3 + 1))
    outcome = evaluate(build, setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], (x + 128) >> 4)


@BOTH
def test_words_from_bits(setting: str, nodes: int) -> None:
    x = numbers(64)
    outcome = evaluate(lambda b: circuits.from_bits(b.protocol, b.truth(x, 64)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x)
    assert outcome.rounds == 8


@BOTH
def test_a_number_is_shared_without_a_word(setting: str, nodes: int) -> None:
    bench = Bench(setting=setting)
    bench.keep("number", bench.protocol.share(Clear(bench.owned(numbers(16), 1))))
    bench.keep("bits", bench.protocol.share_bits(Clear(bench.owned(numbers(16), 0)), 64))
    outcome = bench.run()
    np.testing.assert_array_equal(outcome.values["number"], numbers(16))
    np.testing.assert_array_equal(outcome.values["bits"], numbers(16))
    check_cost(outcome, nodes, 0, 0, 0)


@BOTH
def test_share_by_and_open_to_a_client(setting: str, nodes: int) -> None:
    x = numbers(16)
    bench = Bench(clients=1, setting=setting)
    number = bench.protocol.share(Clear(bench.owned(x, nodes)))
    for party in (1, nodes):
        bench.give(f"number{party}", bench.protocol.open(number, (party,)).wire, party)
    outcome = bench.run()
    for party in (1, nodes):
        np.testing.assert_array_equal(outcome.values[f"number{party}"], x)
    to_node = [0 if node == 1 else 128 for node in range(nodes)]
    assert (outcome.rounds, outcome.bytes) == (2, (*(128 + sent for sent in to_node), 128, 0))


def test_parts_are_refreshed_among_honest_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of four nodes, 0 and 2 may pool what they saw: the parts of 1 and 3 are new in every run, their sum is not."""
    monkeypatch.setitem(SETTINGS, "semi2k-4", (Additive, 4))
    x, seen = numbers(16), []
    for other in (1, 2):
        bench = Bench(setting="semi2k-4")
        bench.give("x", bench.protocol.open(bench.number(x), (0, 1, 2, 3)).wire, 0)
        pairs = {pair: bytes([other if pair == (1, 3) else 0] * 16) for pair in combinations(range(5), 2)}
        outcome = bench.run(keys=pairs)
        np.testing.assert_array_equal(outcome.values["x"], x)
        assert (outcome.rounds, outcome.bytes) == (1, (384,) * 4 + (0,))
        parts = {sender: content for _, sender, to, content in outcome.messages if to == 0}
        seen.append([np.frombuffer(parts[node], np.uint64) for node in (1, 2, 3)])
    (first, same, third), (other_first, other_same, other_third) = seen
    np.testing.assert_array_equal(same, other_same)
    assert not np.any(first == other_first) and not np.any(third == other_third)
    np.testing.assert_array_equal(first + third, other_first + other_third)


def test_an_unknown_number_of_turns_is_refused() -> None:
    writer = Writer()
    x = writer.secret("x", ArrayType(INT))
    with writer.region([(ArrayType(INT), SECRET, "a")]) as body:
        (a,) = body.arguments
        known = writer.reveal(writer.emit("less", a, writer.integer(100)), "more")
        assert known is not None
        body.results = (known, writer.emit("add", a, a))
    (last,) = writer.while_(writer.boolean(True), [x], body.close())
    writer.reveal(last)
    with pytest.raises(CompileError, match="semi2k cannot run this `while`"):
        compiled(writer.program(), TARGETS["semi2k"])


@pytest.mark.parametrize("value", [1, -1])
def test_both_branches_are_prepared_and_what_follows_is_right(value: int) -> None:
    """Pieces of the branch that does not run are left behind, by all nodes alike."""
    writer = Writer()
    x = writer.secret("x", ArrayType(INT))
    positive = writer.reveal(writer.emit("less", writer.integer(0), x), "positive")
    assert positive is not None
    with writer.region() as then:
        then.results = (writer.emit("multiply", x, x),)
    with writer.region() as otherwise:
        square = writer.emit("multiply", x, x)
        otherwise.results = (writer.emit("multiply", square, writer.emit("add", square, x)),)
    (number,) = writer.branch(positive, then.close(), otherwise.close())
    writer.reveal(writer.emit("less", number, x))
    graph = check_same(writer.program(), {"x": np.array(value * 7)}, TARGETS["semi2k"])
    assert count_rounds(graph) is None and count_bytes(graph) is None
