"""Shuffling and gathering rows with `rep3`. In: shares. Out: arrangements that nobody knows, and moved shares.

A share has two summands: a = x_0 + x_1, which node 0 knows, and b = x_2, which nodes 1 and 2 know (XOR for words of
bits). Two permutations from streams, uniform and fresh for each arrangement, shuffle rows: nodes 0 and 1 know p, nodes
0 and 2 know q. x[p] is x in the order of p. What is opened in the order [p][q] is opened to nodes 1 and 2 alone. Node 1
lacks q and node 2 lacks p, so the order is uniform to each of them. Node 0 has both, and sees nothing of what is
opened.

* `shuffle` (1 round, 2 words a row): node 1 sends b[p] - z to node 2, and node 0 sends X = (a[p] + z)[q] + v to node 1.
  z is a stream of 0 and 1, v one of 0 and 2. X at node 1 and Y = (b[p] - z)[q] - v at node 2 add up to x[p][q].
  Uniform: node 2 lacks z, node 1 lacks v.
* `reveal` of such halves (1 round, 2 words): nodes 1 and 2 send them to each other. Each receives what is opened less
  its own half. What is opened are the numbers 0, 1, ... in a uniform order, whatever the secret.
* `share_out` (1 round, 2 words): node 1 sends X - s_1 to node 2, and node 2 sends Y - s_0 to node 1. s_1 is a stream of
  0 and 1, s_0 one of 0 and 2. The sum of the two messages is component 2; s_0 and s_1 are components 0 and 1.
  Uniform: the receivers lack the streams.
* `unshuffle` (1 round, 2 words): halves u at node 1 and w at node 2 are in the order [p][q]. Node 1 sends u + m to node
  0, where m is a stream of 1 and 2. Node 2 puts w - m back by q and sends the result less v to node 1, where v is a
  stream of 0 and 2. Node 0 puts its word back by q and adds v. Nodes 0 and 1 put back by p, and share out as above.
  Uniform: node 0 lacks m, node 1 lacks v.

Shuffling by permutations that two of the nodes know each is from Laur, Willemson, Zhang, ISC 2011; in one pass, as
here, from Araki, Furukawa, Ohara, Pinkas, Rosemarin, Tsuchida, CCS 2021. Both papers use three permutations. Two are
enough here because node 0 sees nothing that is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....runtime.graph.nodes import Parties, Storage, ValueType
from ..rules.expansion import Call, Expansion, Wire, call
from ..rules.rows import Rows
from .parts import Parts, assemble, known_to_two

Draw = Callable[[ValueType, Parties], Wire]
"""A stream that these parties share."""


@dataclass(frozen=True, slots=True)
class Group:
    """The kernels that add and subtract summands, on words of any width."""

    add: str
    subtract: str

    def kernel(self, how: str, kind: ValueType) -> str:
        """The elementwise kernel for `add` or `subtract`, on words of this type."""
        return "rows.xor" if how == "xor" else f"{kind.storage.value}.{how}"


NUMBERS = Group("add", "subtract")
WORDS = Group("xor", "xor")


@dataclass(frozen=True, slots=True)
class Split:
    """A share as its two summands: `a` at node 0, `b` at the nodes 1 and 2."""

    a: Wire
    b: Wire


@dataclass(frozen=True, slots=True)
class Shuffle:
    """The permutations p and q."""

    p: Wire
    q: Wire


def fresh_shuffle(g: Expansion, rows: int) -> Shuffle:
    """Permutations p and q that nothing else uses."""
    return Shuffle(g.permutation(rows, (0, 1)), g.permutation(rows, (0, 2)))


def split(g: Expansion, parts: Parts, group: Group) -> Split:
    """The summands of a share."""
    kind = parts[0].type
    return Split(g.local(group.kernel(group.add, kind), kind, *parts, at=(0,)), known_to_two(g, parts))


def shuffle(g: Expansion, x: Split, by: Shuffle, group: Group, draw: Draw | None = None) -> Wire:
    """Halves of x[p][q] at the nodes 1 and 2. 1 round, 2 words a row."""
    kind, stream = x.a.type, draw or g.stream
    z, v = stream(kind, (0, 1)), stream(kind, (0, 2))
    add, subtract = f"rows.take_{group.add}", f"rows.take_{group.subtract}"
    sent = g.exchange(g.local(subtract, kind, x.b, by.p, z, at=(1,)), (1, 2))
    ours = g.local(add, kind, g.local(add, kind, x.a, by.p, z, at=(0,)), by.q, v, at=(0,))
    first = call("identity", g.exchange(ours, (0, 1)))
    return g.choose(kind, ((1,), first), ((2,), call(subtract, sent, by.q, v)))


def reveal(g: Expansion, halves: Wire, group: Group) -> Wire:
    """The sum of halves in the clear, at the nodes 1 and 2. 1 round, 2 words a row."""
    other = g.exchange(halves, (1, 2), (2, 1))
    return g.local(group.kernel(group.add, halves.type), halves.type, halves, other)


def share_out(g: Expansion, halves: Callable[[Wire], Call], kind: ValueType, group: Group) -> Parts:
    """A share from halves at the nodes 1 and 2. `halves(s)` is the call for them less s. 1 round, 2 words a row."""
    masks = {1: g.stream(kind, (0, 1)), 2: g.stream(kind, (0, 2))}
    masked = g.choose(kind, *(((node,), halves(mask)) for node, mask in masks.items()))
    other = g.exchange(masked, (1, 2), (2, 1))
    common = call(group.kernel(group.add, kind), masked, other)
    first, second = call("identity", masks[2]), call("identity", masks[1])
    return assemble(
        g, kind, {(0, 0): first, (0, 2): first, (1, 0): second, (1, 1): second, (2, 1): common, (2, 2): common}
    )


def gather(g: Expansion, parts: Parts, rows: Rows, group: Group) -> Parts:
    """The share with its rows arranged. 2 rounds, 4 words a row in all."""
    by, kind = Shuffle(*rows.permutations), parts[0].type
    places, move = rows.places, f"rows.{'take' if rows.takes else 'put'}_{group.subtract}"
    assert places is not None
    if rows.shuffles_first:
        halves = shuffle(g, split(g, parts, group), by, group)
        return share_out(g, lambda mask: call(move, halves, places, mask), kind, group)
    return _unshuffle(g, parts, by, places, "take" if rows.takes else "put", group)


def _unshuffle(g: Expansion, parts: Parts, by: Shuffle, places: Wire, move: str, group: Group) -> Parts:
    """The share moved by `places`, then put back by q and by p."""
    kind, (mine, following) = parts[0].type, parts
    m, v = g.stream(kind, (1, 2)), g.stream(kind, (0, 2))
    u = g.local(group.kernel(group.add, kind), kind, mine, following, at=(1,))
    to_0 = g.exchange(g.local(f"rows.{move}_{group.add}", kind, u, places, m, at=(1,)), (1, 0))
    w = g.local(f"rows.{move}_{group.subtract}", kind, following, places, m, at=(2,))
    to_1 = g.exchange(g.local(f"rows.put_{group.subtract}", kind, w, by.q, v, at=(2,)), (2, 1))
    back = g.local(f"rows.put_{group.add}", kind, to_0, by.q, v, at=(0,))
    s0, s2 = g.stream(kind, (0, 2)), g.stream(kind, (1, 2))
    last = f"rows.put_{group.subtract}"
    masked = g.choose(kind, ((0,), call(last, back, by.p, s0)), ((1,), call(last, to_1, by.p, s2)))
    other = g.exchange(masked, (0, 1), (1, 0))
    common = call(group.kernel(group.add, kind), masked, other)
    first, third = call("identity", s0), call("identity", s2)
    return assemble(
        g, kind, {(0, 0): first, (0, 2): first, (2, 1): third, (2, 2): third, (1, 0): common, (1, 1): common}
    )


def random_rows(g: Expansion, rows: int) -> Rows:
    """A uniform arrangement by p, q and a third permutation, of nodes 1 and 2. Each node lacks one. No round."""
    by = fresh_shuffle(g, rows)
    return Rows((by.p, by.q), g.permutation(rows, (1, 2)), shuffles_first=True, takes=True)


def arranged(g: Expansion, numbers: Split) -> Rows:
    """Row i of the result is row numbers[i], a secret permutation as words of bits. 2 rounds, 4 words of 32 bits a row.

    The numbers are opened in the order [p][q]. `gather` takes rows by them, then puts the rows back by q and p.
    """
    by = fresh_shuffle(g, numbers.a.shape[0])
    places = reveal(g, shuffle(g, numbers, by, WORDS), WORDS)
    return Rows((by.p, by.q), places, shuffles_first=False, takes=True)


def placed(g: Expansion, places: Parts) -> Rows:
    """Row i goes to places[i], a secret permutation as ring elements. 2 rounds, 4 words of 32 bits a row."""
    kind = ValueType(Storage.WORD32, places[0].shape)
    narrow = tuple(g.local("ring.to_word32", kind, part) for part in places)
    by = fresh_shuffle(g, kind.shape[0])
    opened = reveal(g, shuffle(g, split(g, narrow, NUMBERS), by, NUMBERS), NUMBERS)
    return Rows((by.p, by.q), opened, shuffles_first=True, takes=False)
