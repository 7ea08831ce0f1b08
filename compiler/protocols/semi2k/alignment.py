"""`align` of `semi2k`: a column goes from its owner into the order of the joined rows, which the other owner knows.

The owner A holds the column x in A's secret order. The other owner B is the matcher of this side and knows the places
p. Preparation gives each node a uniform permutation that only that node knows; q is B's. It also gives shares [a] of a
uniform column a and shares [a[q]] of the column's rows in the order q.

A sends B its column less A's share of a, and every other node sends B its share of a: so B knows v = x - a. B tells all
others t, with q[t] = p. Now x[p] = v[p] + a[p], and [a[p]] = [a[q]][t], so each node takes it from its own share. B
adds v[p].

Why views are uniform. A's share of a masks what A sends B. This share is a stream of a seed that all other nodes
together lack. To all but B, t is uniform, because q is: only B knows q, and q is used for this side only. The shares of
the result are those of a[q] at other places.

One round. Each node sends B a word for each row of the side. B sends each node half a word for each joined row, once
for all columns of the side. Corrections: a word for each row (Chase, Ghosh, Poburinnaya, ASIACRYPT 2020, section 3,
where two parties prepare by themselves what a dealer prepares here).
"""

from ....runtime.graph.nodes import Storage, ValueType
from ..rules.expansion import Expansion, Wire, call, integers
from ..rules.sides import Side


class Alignments:
    """Moves columns of joins in one graph. A side has one permutation, and one t for each number of rows."""

    def __init__(self, g: Expansion) -> None:
        self._g = g
        self._permutations: dict[tuple[str, int], Wire] = {}
        self._places: dict[tuple[str, int, int], tuple[Wire, Wire]] = {}

    def align(self, value: Wire, side: Side, places: Wire) -> Wire:
        """The part of a share of the joined rows. `value` is RING or BITS at the owner; `places` are at the matcher.

        One round; the module gives the paper, the costs and the reason why views are uniform.
        """
        g, kind, matcher = self._g, value.type, side.other
        order = self._permutation(side, places)
        mask = g.random("mask", kind)
        moved = g.random("moved_bits" if _is_bits(kind) else "moved", kind, mask, order, **_moving(kind, matcher))
        masked = self._masked(value, mask, side.owner, matcher)
        wanted = ValueType(kind.storage, (side.rows, *kind.shape[1:]), kind.planes)
        chosen, theirs = self._chosen(side, places, order)
        part = _taken(g, moved, theirs, wanted)
        known = _taken(g, masked, chosen, wanted)
        others = tuple(node for node in g.nodes if node != matcher)
        return g.choose(wanted, ((matcher,), call(_add(kind), part, known)), (others, call("identity", part)))

    def _masked(self, value: Wire, mask: Wire, owner: int, matcher: int) -> Wire:
        """The column less a, at the matcher."""
        g, kind = self._g, value.type
        own = call(_subtract(kind), value, mask)
        others = tuple(node for node in g.nodes if node not in (owner, matcher))
        zero = g.local("zeros", kind, at=tuple(sorted((*others, matcher))))
        minus = call(_subtract(kind), zero, mask)
        told = g.choose(kind, ((owner,), own), (others, minus))
        total = g.local(_subtract(kind), kind, zero, mask, at=(matcher,))
        for sender in told.at:
            total = g.local(_add(kind), kind, total, g.exchange(told, (sender, matcher)))
        return total

    def _permutation(self, side: Side, beside: Wire) -> Wire:
        """A permutation of each node's own; this side uses the matcher's alone."""
        key = (side.join, side.number)
        if key not in self._permutations:
            with self._g.beside(beside):
                self._permutations[key] = self._g.random("permutations", _order(side.count))
        return self._permutations[key]

    def _chosen(self, side: Side, places: Wire, order: Wire) -> tuple[Wire, Wire]:
        """p at the matcher, and t at all nodes."""
        key = (side.join, side.number, side.rows)
        if key not in self._places:
            with self._g.beside(places):
                self._places[key] = self._told(side, places, order)
        return self._places[key]

    def _told(self, side: Side, places: Wire, order: Wire) -> tuple[Wire, Wire]:
        g, at, kind = self._g, (side.other,), _order(side.rows)
        wanted = g.local("clear.slice", integers(kind.shape), places, starts=(0,), stops=(side.rows,), steps=(1,))
        chosen = g.local("word32.from_integer", kind, wanted)
        numbers = g.local("clear.iota", integers((side.count,)), at=at, n=side.count)
        rows = g.local("word32.from_integer", order.type, numbers)
        back = g.local("rows.put", order.type, rows, order)
        own = g.local("rows.take", kind, back, chosen)
        return chosen, g.send(own, g.nodes)


def _taken(g: Expansion, value: Wire, places: Wire, kind: ValueType) -> Wire:
    if not _is_bits(kind):
        return g.local("rows.take", kind, value, places)
    return g.local("rows.take_bits", kind, value, places, size=value.type.size, width=_width(value.type))


def _moving(kind: ValueType, node: int) -> dict[str, int]:
    return {"node": node, **({"size": kind.size, "width": _width(kind)} if _is_bits(kind) else {})}


def _width(kind: ValueType) -> int:
    """The number of elements in a row."""
    return kind.size // max(1, kind.shape[0])


def _order(rows: int) -> ValueType:
    return ValueType(Storage.WORD32, (rows,))


def _is_bits(kind: ValueType) -> bool:
    return kind.storage is Storage.BITS


def _add(kind: ValueType) -> str:
    return "bits.xor" if _is_bits(kind) else "ring.add"


def _subtract(kind: ValueType) -> str:
    return "bits.xor" if _is_bits(kind) else "ring.subtract"
