"""Shuffling, sorting and gathering rows with `semi2k`. In: shares. Out: arrangements that nobody knows, moved shares.

Preparation gives each node a permutation p that only that node knows, and shares of a uniform column a and of its rows
a[p].

* `shuffle` (as many rounds as nodes): one node after the other permutes. All others send node i their shares of x - a.
  Node i adds them up to v = x - a. As x[p] = v[p] + a[p], the shares of a[p] become shares of x[p] when node i adds
  v[p] to its share (Chase, Ghosh, Poburinnaya, ASIACRYPT 2020, section 3). `unshuffle` does the same from the last node
  to the first, with a put back by p. Uniform: a is a mask used once. All nodes but one do not know the order even
  together.
* Shuffled numbers 0, 1, ... are opened to all nodes (1 round). Their shares are fresh, from the last a[p]. So what a
  node receives is the opened number less its own share, and the opened order is uniform to all nodes but one together.
* `sorted_numbers`: the radix sort of `rep3.sort`; each digit takes as many rounds as nodes, and 3. The digit is opened
  under a mask A of bits, as D = digit XOR A, and the nodes hold shares f of the unit vector of A. So they have shares
  of R[u], the row's place if A were known to be u, as there. The place is R[A], the sum of f[u] R[u]. R is opened under
  masks M as E = R + M. The place is the sum of f[u] E[u] less the row of M that A picks, of which shares are prepared.
  Uniform: every mask is used once.

Words of 32 bits that each node sends each other node, for a digit of d bits, K = 2**d, and a row of 64 bits: d / 32 and
K to find the places, 3 to each node that shuffles, 1 to open. Corrections: K - 1 and 1, and 3 for each node.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....runtime.graph.nodes import Storage, ValueType
from ..rules.expansion import Expansion, Wire, bits, call
from ..rules.rows import Layout, Pass, Rows, bits_of_numbers, layout, low_bits, narrowed, numbers, spelled, word_planes


@dataclass(frozen=True, slots=True)
class Group:
    """The kernels that add shares, and the kinds of randomness that masks and moves them."""

    how: str
    mask: str
    moved: str
    put: str

    def add(self, kind: ValueType) -> str:
        """The elementwise kernel that adds words of this type."""
        return "rows.xor" if self.how == "xor" else f"{kind.storage.value}.add"

    def subtract(self, kind: ValueType) -> str:
        """The elementwise kernel that subtracts words of this type."""
        return "rows.xor" if self.how == "xor" else f"{kind.storage.value}.subtract"


NUMBERS = Group("add", "mask", "moved", "put")
WORDS = Group("xor", "word_mask", "moved_words", "put_words")


def permutations(g: Expansion, rows: int) -> Wire:
    """A permutation of each node's own, known to that node alone."""
    return g.random("permutations", ValueType(Storage.WORD32, (rows,)))


def shuffle(g: Expansion, x: Wire, by: Wire, group: Group) -> Wire:
    """x in the order of all nodes' permutations, one after the other. A round for each node; see the module."""
    for node in g.nodes:
        x = _permuted(g, x, by, node, group, group.moved, "take")
    return x


def unshuffle(g: Expansion, x: Wire, by: Wire, group: Group) -> Wire:
    """x moved back from the order that `shuffle` gives. A round for each node. Uniform: see the module."""
    for node in reversed(g.nodes):
        x = _permuted(g, x, by, node, group, group.put, "put")
    return x


def _permuted(g: Expansion, x: Wire, by: Wire, node: int, group: Group, source: str, move: str) -> Wire:
    kind, others = x.type, tuple(other for other in g.nodes if other != node)
    mask = g.random(group.mask, kind)
    moved = g.random(source, kind, mask, by, node=node)
    masked = g.local(group.subtract(kind), kind, x, mask)
    total = g.kept_at(masked, (node,))
    for other in others:
        total = g.local(group.add(kind), kind, total, g.exchange(masked, (other, node)))
    own = call(f"rows.{move}_{group.how}", total, by, moved)
    return g.choose(kind, ((node,), own), (others, call("identity", moved)))


def opened(g: Expansion, part: Wire, add: str) -> Wire:
    """The sum of fresh shares, at all nodes. 1 round, a part from each node to each other."""
    count, total = len(g.nodes), part
    for step in range(1, count):
        total = g.local(add, part.type, total, g.exchange(part, *(((node - step) % count, node) for node in g.nodes)))
    return total


def gather(g: Expansion, part: Wire, rows: Rows, group: Group) -> Wire:
    """The share with its rows arranged. A round for each node."""
    (by,) = rows.permutations
    if rows.shuffles_first:
        return _moved(g, shuffle(g, part, by, group), rows)
    return unshuffle(g, _moved(g, part, rows), by, group)


def _moved(g: Expansion, part: Wire, rows: Rows) -> Wire:
    """The share moved by the places, which all nodes know. No round."""
    if rows.places is None:
        return part
    return g.local("rows.take" if rows.takes else "rows.put", part.type, part, rows.places)


def random_rows(g: Expansion, rows: int) -> Rows:
    """A uniform arrangement. All nodes but one do not know it even together. No round."""
    return Rows((permutations(g, rows),), None, shuffles_first=True, takes=True)


def arranged(g: Expansion, part: Wire) -> Rows:
    """Row i of the result is row x[i] for a secret permutation x as words of bits. A round for each node, and 1."""
    by = permutations(g, part.shape[0])
    places = opened(g, shuffle(g, part, by, WORDS), "rows.xor")
    return Rows((by,), places, shuffles_first=False, takes=True)


def placed(g: Expansion, part: Wire) -> Rows:
    """Row i goes to x[i] for a secret permutation x as ring elements. A round for each node, and 1."""
    by = permutations(g, part.shape[0])
    narrow = g.local("ring.to_word32", ValueType(Storage.WORD32, part.shape), part)
    places = opened(g, shuffle(g, narrow, by, NUMBERS), "word32.add")
    return Rows((by,), places, shuffles_first=True, takes=False)


def sorted_numbers(g: Expansion, key: Wire, digit: int) -> Wire:
    """Row numbers, as words of bits, in the stable order of the unsigned numbers that the planes of `key` spell.

    For each digit of `digit` planes a round for each node, and 3.
    """
    (rows,) = key.shape
    plan = layout(rows, key.type.planes, digit)
    words = _rows(g, key, plan)
    for each in plan.passes:
        words = _pass(g, words, each)
    count = bits_of_numbers(rows)
    return low_bits(g, narrowed(g, words[0], count), count)


def _rows(g: Expansion, key: Wire, plan: Layout) -> list[Wire]:
    """The words of each row: the row's number, which is public, and its key."""
    words = [spelled(g, key, word_planes(plan, word)) for word in range(len(plan.planes))]
    kind = words[0].type
    counted = numbers(g, kind.size, kind.storage, (0,))
    first = g.choose(kind, ((0,), call("rows.xor", words[0], counted)), (g.nodes[1:], call("identity", words[0])))
    return [first, *words[1:]]


def _pass(g: Expansion, words: list[Wire], each: Pass) -> list[Wire]:
    """What is left of the words, in the order of the digit. A round for each node, and 3."""
    kept = [*words[: each.word], *([narrowed(g, words[each.word], each.shift)] if each.shift else [])]
    by = permutations(g, words[0].shape[0])
    places = opened(g, shuffle(g, _places(g, words[each.word], each), by, NUMBERS), "word32.add")
    return [g.local("rows.put", word.type, shuffle(g, word, by, WORDS), places) for word in kept]


def _places(g: Expansion, word: Wire, each: Pass) -> Wire:
    """Shares of the place of each row in the order of the digit. 2 rounds."""
    (rows,) = word.shape
    line = ValueType(Storage.WORD32, (rows,))
    masks, table = (ValueType(Storage.WORD32, (count, rows)) for count in ((1 << each.bits) - 1, 1 << each.bits))
    mask = g.random("mask", bits((rows,), each.bits))
    masked = g.local("bits.xor", mask.type, _digit(g, word, each), mask)
    known = g.local("word32.from_bits", line, opened(g, masked, "bits.xor"))
    f = g.random("unit", masks, mask)
    hidden = g.random("mask", table)
    picked = g.random("picked", line, f, hidden, one=1)
    zeros = g.local("zeros", line)
    first, others = (call("digits.count", known, f, hidden, zeros, shift=0, bits=each.bits, one=one) for one in (1, 0))
    seen = opened(g, g.choose(table, ((0,), first), (g.nodes[1:], others)), "word32.add")
    first, others = (call("digits.pick", f, seen, one=one) for one in (1, 0))
    return g.local("word32.subtract", line, g.choose(line, ((0,), first), (g.nodes[1:], others)), picked)


def _digit(g: Expansion, word: Wire, each: Pass) -> Wire:
    """The planes of the word's digit."""
    storage = word.type.storage.value
    low = word if each.shift == 0 else g.local(f"{storage}.shift_right", word.type, word, bits=each.shift)
    return g.local(f"bits.from_{storage}", bits(word.shape, each.bits), low, planes=each.bits)
