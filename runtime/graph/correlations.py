"""Kinds of correlated randomness: which function of earlier random values each one shares.

In: a random node that is neither a stream nor a zero sharing. Out: nothing, or `GraphError`.

A "mask" is uniform and known to nobody. Every other kind is a fresh sharing of a kernel's output on earlier masks, on
what was derived of them, or on these in another order of elements (`MOVES`). Beaver's triple (Crypto 1991) is thus two
masks and the "triple" of them, and one mask may be in many triples: where a share is multiplied several times, it is
opened under its mask once.

"permutations" are no shares: each node has one of its own, uniform and known to it and to whoever prepares them. What
is "moved" are the rows of a mask in the order of the permutation of one `node`, an attribute; what is "put" goes back
from there. Words of bits have kinds of their own, whose shares add up by XOR.

How the shares come about is the affair of whoever prepares them (`runtime.randomness`): only the names stand in a
graph, with the values that they depend on.
"""

from collections.abc import Container, Sequence
from typing import Any, TypeGuard

from .errors import require
from .nodes import Local, Node, Random, Storage, ValueType
from .signatures import check_call
from .walk import every_block

MASK = "mask"
PERMUTATIONS = "permutations"
WORD_MASK = "word_mask"

SEEDED = (MASK, PERMUTATIONS, WORD_MASK)
"""The kinds of which nobody need be sent anything: they grow out of seeds."""

DERIVED = {
    "triple": "ring.multiply",
    "matrix_triple": "ring.matmul",
    "bit_triple": "bits.dot_alone",
    "dabit": "ring.from_planes",
    "edabit": "bits.products_from_ring",
    "truncation": "ring.shift_right",
    "moved": "rows.take",
    "moved_bits": "rows.take_bits",
    "moved_words": "rows.take",
    "put": "rows.put",
    "put_words": "rows.put",
    "unit": "digits.unit",
    "picked": "digits.pick",
}
"""For each kind but a mask the kernel whose output is shared: a product, a matrix product, XORs of ANDs of bits, bits
as numbers (daBits), a number's bits and products of two of them (edaBits), a number shifted right, rows in another
order, the unit vector of a digit, and the row of a table that it picks."""

XORED = frozenset({WORD_MASK, "moved_words", "put_words"})
"""Those whose shares add up by XOR though they are words."""

MOVED = frozenset({"moved", "moved_bits", "moved_words", "put", "put_words"})
"""Those that take a permutation for their last input: that of the node which the attribute `node` says."""

MOVES = frozenset({"broadcast", "reshape", "transpose", "slice"})
"""Kernels that nodes apply to their pieces, and whoever prepares them to the value, without a word about it."""

CORRELATIONS = (*SEEDED, *DERIVED)


def count_correlated(nodes: Sequence[Node]) -> int:
    """How many values of correlated randomness these nodes name in one pass, all turns of their loops included."""
    return sum(block.turns * sum(map(is_correlated, block.nodes)) for block in every_block(nodes))


def is_correlated(node: Node) -> TypeGuard[Random]:
    """Whether the node is correlated randomness, not a stream or a zero sharing."""
    return isinstance(node, Random) and node.source in CORRELATIONS


def is_move(node: Node, correlated: Container[int]) -> TypeGuard[Local]:
    """Whether all nodes alike move the elements of correlated randomness, so that the result is such a value too."""
    if not isinstance(node, Local) or len(node.steps) != 1:
        return False
    (step,) = node.steps
    return step.kernel in MOVES and step.inputs[0] in correlated


def kernel_attributes(node: Random) -> dict[str, Any]:
    """What the kernel of a derived kind is told."""
    return {name: value for name, value in node.attributes.items() if name != "node" or node.source not in MOVED}


def check_correlation(node: Random, inputs: tuple[ValueType, ...], output: ValueType) -> None:
    """Raises `GraphError` unless the node's kind, one of `CORRELATIONS`, takes such inputs, attributes and output."""
    if node.source in SEEDED:
        require(not inputs and not node.attributes, f"{node.source!r} depends on nothing")
    else:
        if node.source in MOVED:
            require(node.attributes.get("node") in node.at, "rows are moved by a permutation of no node")
        check_call(DERIVED[node.source], inputs, output, kernel_attributes(node))
    if node.source == PERMUTATIONS:
        require(output.is_order, "a permutation is a vector of words")
        return
    usual = output.storage in (Storage.RING, Storage.WORD32, Storage.BITS)
    require(usual, f"{node.source!r} cannot be {output.storage.name}")
    is_bits = output.storage is Storage.BITS
    require(node.source not in XORED or not is_bits, f"{node.source!r} is for words")
