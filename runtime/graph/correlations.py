"""Kinds of correlated randomness: which function of earlier random values each kind shares.

In: a random node that is neither a stream nor a zero sharing. Out: nothing, or `GraphError`.

A "mask" is uniform and known to nobody. Almost every other kind is a fresh sharing of a kernel's output. The kernel's
inputs are earlier masks, values derived from masks, or such values with their elements moved (`MOVES`). Beaver's triple
(Crypto 1991) is thus two masks and the "triple" of these masks. One mask may be in many triples: a share that is
multiplied several times is opened under its mask once.

"permutations" are not shares: each node has a uniform permutation of its own, which only this node and whoever prepares
it know. "moved" has the rows of a mask in the order of one node's permutation; the attribute `node` says whose. "put"
moves rows back. Words of bits have kinds of their own, whose shares add up by XOR.

A graph has only the names, with the values that they depend on. Whoever prepares the shares decides how they come about
(`runtime.randomness`).
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
"""The kinds that grow out of seeds, so that nobody needs to be sent anything."""

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
"""For each kind that does not grow out of seeds, the kernel whose output is shared: a product, a matrix product, XORs
of ANDs of bits, bits as numbers (daBits), a number's bits and products of two bits (edaBits), a number shifted right,
rows in another order, the unit vector of a digit, and the table's row that a unit vector picks."""

XORED = frozenset({WORD_MASK, "moved_words", "put_words"})
"""The kinds whose shares add up by XOR though they are words."""

MOVED = frozenset({"moved", "moved_bits", "moved_words", "put", "put_words"})
"""The kinds whose last input is a permutation. The attribute `node` says which node's."""

MOVES = frozenset({"broadcast", "reshape", "transpose", "slice"})
"""Kernels that only move elements. Nodes apply them to their pieces, and whoever prepares the pieces applies them to
the value, without a message."""

CORRELATIONS = (*SEEDED, *DERIVED)


def count_correlated(nodes: Sequence[Node]) -> int:
    """How many values of correlated randomness these nodes name in one pass, with all turns of their loops."""
    return sum(block.turns * sum(map(is_correlated, block.nodes)) for block in every_block(nodes))


def is_correlated(node: Node) -> TypeGuard[Random]:
    """Whether the node is correlated randomness, not a stream or a zero sharing."""
    return isinstance(node, Random) and node.source in CORRELATIONS


def is_move(node: Node, correlated: Container[int]) -> TypeGuard[Local]:
    """Whether the node moves elements of correlated randomness at all parties alike, so that its output is such too."""
    if not isinstance(node, Local) or len(node.steps) != 1:
        return False
    (step,) = node.steps
    return step.kernel in MOVES and step.inputs[0] in correlated


def kernel_attributes(node: Random) -> dict[str, Any]:
    """The attributes that the kernel of a derived kind gets."""
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
