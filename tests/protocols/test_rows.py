"""Orders under every protocol: as in the clear, stable, by several keys up and down; with their rounds and bytes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.cost import prices
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.types import BOOL, DATE, INT, KEY, ArrayType, Element, category, fixed, integer
from tacit.compiler.passes.ranges.bound_ranges import bound_ranges
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.protocols.operations import rows as operations_rows
from tacit.compiler.protocols.rules.rows import Rows, layout
from tacit.compiler.protocols.rules.shares import Arithmetic, Clear
from tacit.runtime.graph.cost import count_rounds

from tests.protocols.bench import SETTINGS, Bench
from tests.protocols.programs import TARGETS, WITH_CLIENTS, Array, Writer, check_same, compiled, run

ELEMENTS = [INT, integer(8), fixed(16), BOOL, DATE, KEY, category(("a", "b", "c")), integer(1)]
SEEDS = st.integers(0, 2**32 - 1)


@contextmanager
def by_digits(digit: int | None) -> Iterator[None]:
    """All orders by digits of so many bits, 0 for pairs; as prices say for None."""
    chosen = (lambda rows: (digit,)) if digit is not None else operations_rows.digits_for
    with patch.object(prices, "digits_for", chosen):
        yield


def numbers(random: np.random.Generator, element: Element, rows: int) -> Array:
    """Few different ones, among them the ends of the range."""
    least, greatest = (0, len(element.labels) - 1) if element.labels else (element.least, element.greatest)
    pool = random.integers(least, greatest, 3, np.int64, endpoint=True)
    edges = np.array([least, greatest, *(each for each in (-1, 0, 1) if least <= each <= greatest)])
    return random.choice(np.concatenate([pool, edges]), rows).astype(ArrayType(element).dtype)


def sorting(elements: Sequence[Element], rows: int, descending: Sequence[int], roles: Sequence[str]) -> Program:
    """Sorts by keys of these roles; reveals the order and a column of three numbers a row, moved and moved back."""
    w = Writer()
    keys = [
        w.secret(f"k{place}", ArrayType(element, (rows,)), role)
        for place, (element, role) in enumerate(zip(elements, roles, strict=True))
    ]
    column = w.secret("column", ArrayType(integer(20), (rows, 3)), "bob")
    order = w.emit("argsort", *keys, descending=tuple(descending))
    w.reveal(w.emit("gather", w.emit("iota", n=rows), order), "order", roles=("alice",))
    moved = w.emit("gather", column, order)
    w.reveal(moved, "moved", roles=("bob",))
    w.reveal(w.emit("gather", moved, w.emit("invert", order)), "back", roles=("bob",))
    w.reveal(w.emit("gather", keys[0], order), "key", roles=("bob",))
    return w.program()


@pytest.mark.parametrize("setting", TARGETS)
@settings(max_examples=12, deadline=None)
@given(
    seed=SEEDS,
    rows=st.sampled_from([0, 1, 2, 3, 5, 17, 64, 65]),
    elements=st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=3),
    digit=st.sampled_from([None, 0, 1, 2, 3, 4]),
)
def test_as_in_the_clear(setting: str, seed: int, rows: int, elements: list[Element], digit: int | None) -> None:
    random = np.random.default_rng(seed)
    descending, roles = random.integers(0, 2, len(elements)).tolist(), random.choice(["alice", "bob"], len(elements))
    inputs = {f"k{place}": numbers(random, element, rows) for place, element in enumerate(elements)}
    inputs["column"] = random.integers(-500, 500, (rows, 3))
    with by_digits(digit):
        check_same(sorting(elements, rows, descending, roles.tolist()), inputs, TARGETS[setting])


@pytest.mark.parametrize("setting", TARGETS)
@pytest.mark.parametrize("digit", [0, 1, 3])
def test_equal_keys_keep_their_order(setting: str, digit: int) -> None:
    inputs = {"k0": np.full(70, -(2**63)), "column": np.arange(210).reshape(70, 3)}
    for flag in (0, 1):
        with by_digits(digit):
            check_same(sorting([INT], 70, [flag], ["alice"]), inputs, TARGETS[setting])


@pytest.mark.parametrize("setting", TARGETS)
def test_numpys_stable_order(setting: str) -> None:
    x = np.random.default_rng(8).integers(-9, 9, 300)
    w = Writer()
    key = w.secret("x", ArrayType(integer(5), (300,)))
    order = w.emit("gather", w.emit("iota", n=300), w.emit("argsort", key, descending=(0,)))
    w.reveal(order, "order", roles=("alice",))
    results = run(w.program(), {"x": x}, TARGETS[setting])
    assert results[0].outputs["alice"]["order"].tolist() == np.argsort(x, kind="stable").tolist()


@pytest.mark.parametrize("setting", TARGETS)
def test_bits_move_as_words(setting: str) -> None:
    """Truth values and numbers that are held as bits, of one row and of several entries a row."""
    w = Writer()
    key = w.secret("key", ArrayType(integer(4), (37,)))
    truth = w.secret("truth", ArrayType(BOOL, (37, 2)), "bob")
    number = w.emit("xor", w.secret("x", ArrayType(integer(40), (37,))), w.secret("y", ArrayType(integer(40), (37,))))
    rows = w.emit("argsort", key, descending=(0,))
    w.reveal(w.emit("gather", truth, rows), "truths", roles=("alice",))
    w.reveal(w.emit("xor", w.emit("gather", number, rows), number), "numbers", roles=("alice",))
    random = np.random.default_rng(4)
    inputs = {name: random.integers(-(2**39), 2**39, 37) for name in ("x", "y")}
    inputs |= {"key": random.integers(-8, 8, 37), "truth": random.random((37, 2)) < 0.5}
    check_same(w.program(), inputs, TARGETS[setting])


@pytest.mark.parametrize("setting", TARGETS)
@pytest.mark.parametrize("rows", [0, 1, 2, 9, 70])
def test_rows_go_to_places_and_are_copied_to_those_that_follow(setting: str, rows: int) -> None:
    """Numbers, truth values and bits, by an order that nobody knows and by one that an owner knows."""
    w = Writer()
    key = w.secret("key", ArrayType(integer(4), (rows,)))
    known = w.emit("argsort", w.input("known", ArrayType(integer(4), (rows,)), "bob"), descending=(0,))
    number = w.secret("number", ArrayType(INT, (rows, 2)))
    truth = w.secret("truth", ArrayType(BOOL, (rows,)), "bob")
    bits = w.emit("xor", w.secret("x", ArrayType(integer(40), (rows,))), w.secret("y", ArrayType(integer(40), (rows,))))
    order = w.emit("argsort", key, descending=(0,))
    placed = w.emit("placed", w.emit("gather", w.emit("iota", n=rows), order))
    for name, value in (("number", number), ("truth", truth), ("bits", bits)):
        w.reveal(w.emit("gather", value, placed), f"{name}_placed", roles=("alice",))
        rest = value.type.shape[1:]
        ends = {"starts": (0,) * (1 + len(rest)), "stops": (rows // 2, *rest), "steps": (1,) * (1 + len(rest))}
        half = w.emit("slice", value, **ends)
        w.reveal(w.emit("copies", half, w.emit("invert", order)), f"{name}_copied", roles=("alice",))
        w.reveal(w.emit("copies", half, w.emit("invert", known)), f"{name}_known", roles=("bob",))
    random = np.random.default_rng(rows)
    inputs = {name: random.integers(-(2**39), 2**39, rows) for name in ("x", "y")}
    # Half of the keys are 0: the rows of half an array go there, in their order.
    inputs |= {name: random.permutation(np.arange(rows) >= rows // 2).astype(np.int64) for name in ("key", "known")}
    inputs |= {"number": random.integers(-(2**62), 2**62, (rows, 2)), "truth": random.random(rows) < 0.5}
    check_same(w.program(), inputs, TARGETS[setting])


@pytest.mark.parametrize("targets", [TARGETS, WITH_CLIENTS])
@pytest.mark.parametrize("setting", TARGETS)
def test_rows_that_one_knows_and_rows_that_all_know(setting: str, targets: dict[str, object]) -> None:
    """An order of owned keys is shared as one; an order of public keys moves shares in the open."""
    w = Writer()
    mine, theirs = (w.input(name, ArrayType(integer(8), (20,)), role) for name, role in (("x", "alice"), ("y", "bob")))
    public = w.input("p", ArrayType(integer(8), (20,)), None)
    column = w.emit("share", theirs)
    by_owner, by_all = (w.emit("argsort", key, descending=(1,)) for key in (mine, public))
    w.reveal(w.emit("gather", column, by_owner), "owner", roles=("bob",))
    w.reveal(w.emit("gather", column, w.emit("invert", by_owner)), "back", roles=("bob",))
    w.reveal(w.emit("gather", column, by_all), "all", roles=("bob",))
    w.reveal(w.emit("gather", mine, by_owner), "own", roles=("alice",))
    random = np.random.default_rng(6)
    inputs = {name: random.integers(-100, 100, 20) for name in ("x", "y", "p")}
    check_same(w.program(), inputs, targets[setting])


@pytest.mark.parametrize("setting", TARGETS)
def test_drawn_rows_keep_what_is_moved_together(setting: str) -> None:
    w = Writer()
    column = w.secret("x", ArrayType(INT, (50, 2)))
    first, second = w.emit("random_rows", n=50), w.emit("random_rows", n=50)
    moved = w.emit("gather", column, first)
    w.reveal(moved, "moved", roles=("alice",))
    w.reveal(w.emit("gather", w.emit("iota", n=50), first), "order", roles=("alice",))
    w.reveal(w.emit("gather", moved, w.emit("invert", first)), "back", roles=("alice",))
    w.reveal(w.emit("gather", column, second), "other", roles=("alice",))
    x = np.arange(100).reshape(50, 2)
    found = run(w.program(), {"x": x}, TARGETS[setting])[0].outputs["alice"]
    order = found["order"]
    assert sorted(order.tolist()) == list(range(50)) and order.tolist() != list(range(50))
    np.testing.assert_array_equal(found["moved"], x[order])
    np.testing.assert_array_equal(found["back"], x)
    assert sorted(found["other"][:, 0].tolist()) == sorted(x[:, 0].tolist())
    assert found["other"].tolist() != found["moved"].tolist()


@pytest.mark.parametrize("setting", TARGETS)
def test_orders_in_loops_are_drawn_in_every_turn(setting: str) -> None:
    w = Writer()
    x = w.secret("x", ArrayType(integer(6), (9,)))
    with w.region([(ArrayType(integer(3)), w.integer(0).label, "i"), (x.type, x.label, "x")]) as body:
        _, carried = body.arguments
        mixed = w.emit("gather", carried, w.emit("random_rows", n=9))
        body.results = (w.emit("gather", mixed, w.emit("argsort", mixed, descending=(0,))),)
    (last,) = w.loop(3, [x], body.close())
    w.reveal(last, "out", roles=("bob",))
    x = np.array([5, -3, 5, 31, -32, 0, 0, 7, 1])
    found = run(w.program(), {"x": x}, TARGETS[setting])[1].outputs["bob"]["out"]
    assert found.tolist() == sorted(x.tolist())


# --- costs --------------------------------------------------------------------------------------------------------


def moved(bench: Bench, x: Array, order: Rows) -> Arithmetic:
    share = bench.protocol.gather(bench.number(x), order)
    assert isinstance(share, Arithmetic)
    return share


ROWS, PLANES = 1000, 7


@pytest.mark.parametrize(("setting", "digit"), list(product(SETTINGS, (1, 2, 3))))
def test_what_sorting_costs(setting: str, digit: int) -> None:
    """The costs that the rules state: passes, opening the row numbers, and moving a column by them."""
    random = np.random.default_rng(1)
    key, column = random.integers(0, 1 << PLANES, ROWS), np.arange(ROWS)
    bench = Bench(setting=setting)
    bench.keep("result", moved(bench, column, bench.protocol.sorted_rows(bench.truth(key, PLANES), digit)))
    outcome = bench.run()
    np.testing.assert_array_equal(outcome.values["result"], np.argsort(key, kind="stable"))
    nodes, passes = SETTINGS[setting][1], layout(ROWS, PLANES, digit).passes
    if setting == "rep3":
        assert outcome.rounds == 4 * len(passes) + 1 + 2 + 2
        assert sum(outcome.bytes) == ROWS * (sum(rep3_words(each.bits) for each in passes) * 4 + 4 * 4 + 4 * 8)
    else:
        assert outcome.rounds == (nodes + 3) * len(passes) + nodes + 1 + nodes
        pairs = nodes * (nodes - 1)
        tables = sum(pairs * (-(-ROWS // 8) * each.bits + ROWS * (4 << each.bits)) for each in passes)
        moves = ROWS * 4 * (len(passes) * (2 * pairs + pairs) + 2 * pairs)
        assert sum(outcome.bytes) == tables + moves + ROWS * 8 * pairs


def rep3_words(bits: int) -> int:
    """Words of 32 bits for a row in a pass: what is left of the row is one."""
    return (1 << bits) - 1 + 2 * (1 << bits) + 3 + 4


MAKERS: dict[str, Callable[[Bench], Rows]] = {
    "random": lambda b: b.protocol.random_rows(ROWS),
    "back": lambda b: b.protocol.random_rows(ROWS).inverse,
    "placed": lambda b: b.protocol.placed_rows(b.number(np.arange(ROWS)[::-1])),
    "known": lambda b: b.protocol.known_rows(Clear(b.owned(np.arange(ROWS)[::-1], 1))),
}
WORDS_32 = {"rep3": {"random": 0, "back": 0, "placed": 4, "known": 5}, "semi2k": {"placed": 2, "known": 2}}
"""Words of 32 bits a row for the places, with `semi2k` between each two nodes."""


@pytest.mark.parametrize(("setting", "name"), [(setting, name) for setting in SETTINGS for name in MAKERS])
def test_what_moving_costs(setting: str, name: str) -> None:
    """A column is shuffled while the places are; only what takes by them first waits."""
    bench = Bench(setting=setting)
    bench.keep("result", moved(bench, np.arange(ROWS), MAKERS[name](bench)))
    outcome = bench.run()
    found = outcome.values["result"].tolist()
    assert sorted(found) == list(range(ROWS))
    assert found == list(range(ROWS))[::-1] or name in ("random", "back")
    nodes = SETTINGS[setting][1]
    if setting == "rep3":
        assert outcome.rounds == {"random": 2, "back": 2, "placed": 3, "known": 5}[name]
        assert sum(outcome.bytes) == ROWS * (4 * 8 + 4 * WORDS_32["rep3"][name])
    else:
        pairs = nodes * (nodes - 1)
        assert outcome.rounds == nodes + {"random": 0, "back": 0, "placed": 1, "known": nodes + 1}[name]
        assert sum(outcome.bytes) == ROWS * pairs * (8 + 4 * WORDS_32["semi2k"].get(name, 0))


def test_pairs_are_compared_at_once() -> None:
    key = np.array([5, 1, 5, 0, 1, 7])
    bench = Bench()
    bench.keep("result", operations_rows.ranks(bench.protocol, bench.truth(key, 3)))
    outcome = bench.run()
    expected = np.empty(6, np.int64)
    expected[np.argsort(key, kind="stable")] = np.arange(6)
    np.testing.assert_array_equal(outcome.values["result"], expected)
    assert outcome.rounds == 1 + 2 + 1


def test_few_rows_are_compared_by_pairs_and_many_sorted_by_digits() -> None:
    rounds = {rows: count_rounds(compiled(sorting([INT], rows, [0], ["alice"]))) or 0 for rows in (40, 20_000)}
    assert rounds[40] < 20 < rounds[20_000]


def test_planes_that_are_alike_in_all_rows_are_left_out() -> None:
    """A category of three labels has two bits; a number known to lie between 0 and 15 has four."""

    def rounds(element: Element, low: int | None = None) -> int:
        w = Writer()
        key = w.secret("x", ArrayType(element, (5000,)))
        if low is not None:
            key = w.emit("and", key, w.integer(15))
        w.reveal(w.emit("gather", w.emit("iota", n=5000), w.emit("argsort", key, descending=(0,))), roles=("bob",))
        with by_digits(1):
            return count_rounds(compiled(bound_ranges(compute_in_clear(w.program())))) or 0

    assert rounds(category(("a", "b", "c"))) == rounds(integer(2))
    assert rounds(integer(8)) - rounds(integer(8), 0) == 4 * 4


@pytest.mark.parametrize(("planes", "digit"), list(product((1, 5, 31, 44, 45, 64, 200), (1, 2, 3, 4))))
def test_layouts_use_each_plane_once_from_the_lowest_up(planes: int, digit: int) -> None:
    plan = layout(1_000_000, planes, digit)
    used = []
    for each in plan.passes:
        start = plan.starts[each.word]
        used += plan.planes[each.word][each.shift - start : each.shift - start + each.bits]
        assert each.shift + each.bits <= 64
    assert used == list(range(planes))
    assert plan.starts[0] == 20 and set(plan.starts[1:]) <= {0}
    assert [(each.word, each.shift) for each in plan.passes] == sorted(
        ((each.word, each.shift) for each in plan.passes), reverse=True
    )
