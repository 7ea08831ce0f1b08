"""`align` of `rep3`: a column goes from its owner into the order of the joined rows, which a helper knows.

The owner A holds the column x in A's secret order; the helper h holds the places p. Nobody else knows these two
permutations. Let r be the node that is neither A nor h (of two such nodes, the first), and c the third node (A, if A is
a node). A row moves as a whole.

1. A sends v = x - u to r, where u is a stream of A and h. h sends p to r.
2. Now r has v[p] and h has u[p], whose sum is x[p]. Let s be a stream of r and c, and t one of h and c. r sends
   v[p] - s to h, and h sends u[p] - t to r. The sum of these two messages is the component that r and h have in common;
   s and t are the components that they share with c.

Why views are uniform: r lacks u, which masks v. To r the places p are uniform, as A's order is uniform, unknown to all
but A, and used for this alignment only: p does not tell which rows are joined, nor in which order. h lacks s, which
masks what r sends, and r lacks t, which masks what h sends. A and c receive nothing.

Two rounds. Words sent: 1 for each row of the side, 2 for each joined row, and half a word for the place of each joined
row, once for all columns. (Moving rows by a permutation that one party knows: Chase, Ghosh, Poburinnaya, ASIACRYPT
2020. Here there are nodes enough to need no preprocessing.)
"""

from ....runtime.graph.nodes import Storage, ValueType
from ..rules.expansion import Expansion, Wire, call, integers
from ..rules.sides import Side
from .parts import Parts, assemble


def helper_of(owners: tuple[int, int]) -> int:
    """The first node that owns neither side."""
    return next(node for node in range(3) if node not in owners)


class Alignments:
    """Moves columns of joins in one graph. The helper tells the relay the places once for each side."""

    def __init__(self, g: Expansion) -> None:
        self._g = g
        self._places: dict[tuple[str, int, int], Wire] = {}

    def align(self, value: Wire, side: Side, places: Wire) -> Parts:
        """The parts of a share of the joined rows. `value` is RING or BITS at the owner; `places` are at the helper.

        Two rounds; the module gives the paper, the costs and the reason why views are uniform.
        """
        g, kind = self._g, value.type
        helper, relay, third = self._nodes(side)
        mask = g.stream(kind, (side.owner, helper))
        sent = g.exchange(g.local(_subtract(kind), kind, value, mask), (side.owner, relay))
        both = g.choose(kind, ((relay,), call("identity", sent)), ((helper,), call("identity", mask)))
        wanted = ValueType(kind.storage, (side.rows, *kind.shape[1:]), kind.planes)
        masks = {node: g.stream(wanted, (node, third)) for node in (relay, helper)}
        own = g.choose(wanted, *(((node,), call("identity", each)) for node, each in masks.items()))
        masked = self._moved(both, self._placed(side, places), own)
        other = g.exchange(masked, (relay, helper), (helper, relay))
        common = g.local("bits.xor" if kind.storage is Storage.BITS else "ring.add", wanted, masked, other)
        held = {(_component(helper, relay), node): call("identity", common) for node in (helper, relay)}
        for node, each in masks.items():
            held |= {(_component(node, third), holder): call("identity", each) for holder in (node, third)}
        return assemble(g, wanted, held)

    def _nodes(self, side: Side) -> tuple[int, int, int]:
        """The helper h, the relay r and the third node c."""
        helper = helper_of((side.owner, side.other))
        relay = next(node for node in range(3) if node not in (side.owner, helper))
        return helper, relay, 3 - helper - relay

    def _placed(self, side: Side, places: Wire) -> Wire:
        """The places of the rows that are wanted, at the helper and the relay."""
        key = (side.join, side.number, side.rows)
        if key not in self._places:
            helper, relay, _ = self._nodes(side)
            with self._g.beside(places):
                self._places[key] = self._told(places, side.rows, helper, relay)
        return self._places[key]

    def _told(self, places: Wire, rows: int, helper: int, relay: int) -> Wire:
        g, kind = self._g, ValueType(Storage.WORD32, (rows,))
        wanted = g.local("clear.slice", integers((rows,)), places, starts=(0,), stops=(rows,), steps=(1,))
        words = g.local("word32.from_integer", kind, wanted)
        sent = g.exchange(words, (helper, relay))
        return g.choose(kind, ((helper,), call("identity", words)), ((relay,), call("identity", sent)))

    def _moved(self, value: Wire, places: Wire, mask: Wire) -> Wire:
        """The rows at the places, less a mask."""
        g, kind = self._g, value.type
        if kind.storage is not Storage.BITS:
            return g.local("rows.take_subtract", mask.type, value, places, mask)
        width = kind.size // max(1, kind.shape[0])
        moved = g.local("rows.take_bits", mask.type, value, places, size=kind.size, width=width)
        return g.local("bits.xor", mask.type, moved, mask)


def _component(one: int, other: int) -> int:
    """The component that two nodes have in common. The nodes c and c - 1 know component c."""
    return one if (one - 1) % 3 == other else other


def _subtract(kind: ValueType) -> str:
    return "bits.xor" if kind.storage is Storage.BITS else "ring.subtract"
