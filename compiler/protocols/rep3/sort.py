"""Sorting with `rep3`: a radix sort that moves what is left of the keys, digit by digit. In: bits. Out: row numbers.

Before a pass each row's words are shared by their summands a and b (`shuffle`). So the row's digit is A XOR D: A is in
a, which node 0 knows, and D is in b, which nodes 1 and 2 know. A pass over digits of d bits, with K = 2**d values,
finds the place of each row, which is the number of rows before it, and moves the rows there, in 4 rounds:

1. Node 0 knows the unit vector of A. Nodes 1 and 2 get shares f of it: node 1's share is a stream of 0 and 1, and node
   0 sends node 2 what is left, a round early if it can. If A were known to be u, the row's digit would be u XOR D. So
   nodes 1 and 2 have, without a message, shares of "the digit is v": f[v XOR D]. From these they compute shares of the
   number of rows that have the digit up to here, and then of the row's place R[u] for every u. They send R[u] to node 0
   under masks M[u], which are streams of 1 and 2. To each R[u] + M[u] they add their shares of -M[A], which are minus
   the sum of f[u] M[u], under one more stream k. Node 0 picks entry A. Node 1 also adds a word r of its own: its share
   of the place is then -r, and node 0's is the place + r.
2. Places and rows are shuffled by fresh p and q.
3. Node 1, which has received both halves of the shuffled places, tells node 2.
4. Nodes 1 and 2 put the rows at these places, and share them out again. Node 0 needs no message for that: its summand
   is two streams.

In the shuffle of the places node 1's message is not sent: it is a stream of 1 and 2, from which node 1 finds its r.

Words of 32 bits a row: K - 1 and 2 K for the places, 3 to shuffle and open them, and 4 times what is left of the row.
For 2 bits and a row of 64 that is 88 bytes among all nodes.

Why views are uniform. Node 0 receives R[u] under two streams of 1 and 2 that node 0 lacks, and the shares of -M[A]
under k. Node 2 receives the rest of f under node 1's stream, which node 2 lacks. `shuffle` says why the shuffle and the
sharing out are uniform. The opened places are 0, 1, ... in the order of p and q. That order is uniform to node 1 and to
node 2, and independent of all that went before, as each pass has its own p and q: no two opened orders can be compared.

Sorting by bits and opening shuffled places: Hamada, Ikarashi, Chida, Takahashi, IACR ePrint 2014/121; Chida, Hamada,
Ikarashi, Kikuchi, Kiribuchi, Pinkas, IACR ePrint 2019/695; Asharov, Hamada, Ikarashi, Kikuchi, Nof, Pinkas, Takahashi,
Tomida, CCS 2022. All of them take as many rounds and more words. The table from which node 0 picks the place is the
three-party oblivious transfer of Mohassel and Rindal (ABY3, CCS 2018, section 5.4.1), with a sharing of the choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....runtime.graph.nodes import Parties, Storage, ValueType
from ..rules.expansion import Expansion, Wire, call
from ..rules.rows import Layout, Pass, bits_of_numbers, layout, low_bits, narrowed, numbers, spelled, word_planes
from .parts import Parts, known_to_two
from .shuffle import WORDS, Shuffle, Split, shuffle


def sorted_numbers(g: Expansion, key: Parts, digit: int) -> Split:
    """Row numbers, as words of bits, in the stable order of the unsigned numbers that the planes of `key` spell.

    4 rounds for each `digit` planes, and 1.
    """
    (rows,), planes = key[0].shape, key[0].type.planes
    plan = layout(rows, planes, digit)
    words = _rows(g, key, plan)
    pace = _Pace(g, {})
    for each in plan.passes:
        words, pace = _Sorter(g, pace, rows).run(words, each)
    count = bits_of_numbers(rows)
    a, b = (low_bits(g, narrowed(g, part, count), count) for part in (words[0].a, words[0].b))
    return Split(a, b)


def _rows(g: Expansion, key: Parts, plan: Layout) -> list[Split]:
    """The words of each row: the row's number, which is public, and its key."""
    a, b = g.local("bits.xor", key[0].type, *key, at=(0,)), known_to_two(g, key)
    words = []
    for word in range(len(plan.planes)):
        chosen = word_planes(plan, word)
        words.append(Split(spelled(g, a, chosen), spelled(g, b, chosen)))
    first = words[0].a
    counted = numbers(g, first.shape[0], first.type.storage, (0,))
    return [Split(g.local("rows.xor", first.type, first, counted), words[0].b), *words[1:]]


@dataclass(frozen=True, slots=True)
class _Pace:
    """Draws that wait, at each party, for a value of the pass before.

    Without that, all that depends on streams alone could be computed, and sent, for all passes before the first one. It
    would lie in memory until it is used.
    """

    g: Expansion
    anchors: Mapping[int, Wire]

    def stream(self, kind: ValueType, at: Parties) -> Wire:
        """A stream that these parties share."""
        return self._late(self.g.stream(kind, at))

    def permutation(self, rows: int, at: Parties) -> Wire:
        """A permutation that these parties share."""
        return self._late(self.g.permutation(rows, at))

    def _late(self, drawn: Wire) -> Wire:
        if not self.anchors:
            return drawn
        return self.g.choose(drawn.type, *(((party,), call("after", drawn, self.anchors[party])) for party in drawn.at))


class _Sorter:
    """One pass over rows."""

    def __init__(self, g: Expansion, pace: _Pace, rows: int) -> None:
        self.g = g
        self.pace = pace
        self.rows = rows
        self.word = ValueType(Storage.WORD32, (rows,))
        self.by = Shuffle(pace.permutation(rows, (0, 1)), pace.permutation(rows, (0, 2)))

    def run(self, words: list[Split], each: Pass) -> tuple[list[Split], _Pace]:
        """The words that are left, in the order of the digit; and the pace of the next pass. 4 rounds."""
        found, places = self.places(words[each.word], each)
        later = _Pace(self.g, {0: found, 1: places, 2: places})
        kept = [*words[: each.word], *([words[each.word]] if each.shift else [])]
        bits = [64] * each.word + [each.shift]
        return [self.moved(word, count, places, later) for word, count in zip(kept, bits, strict=False)], later

    def places(self, words: Split, each: Pass) -> tuple[Wire, Wire]:
        """Node 0's summand of the rows' places, and the shuffled places in the clear at the nodes 1 and 2."""
        g, word, by = self.g, self.word, self.by
        z, v = self.pace.stream(word, (0, 1)), self.pace.stream(word, (0, 2))
        theirs = self.pace.stream(word, (1, 2))
        mine = self.chosen(words, each, g.local("word32.subtract", word, theirs, z, at=(1,)))
        x = g.local("rows.take_add", word, g.local("rows.take_add", word, mine, by.p, z, at=(0,)), by.q, v, at=(0,))
        negative = g.local("rows.take_add", word, theirs, by.q, v, at=(2,))
        opened = g.local("word32.subtract", word, g.exchange(x, (0, 1)), g.exchange(negative, (2, 1)))
        told = g.exchange(opened, (1, 2))
        return mine, g.choose(word, ((1,), call("identity", opened)), ((2,), call("identity", told)))

    def chosen(self, words: Split, each: Pass, shuffled: Wire) -> Wire:
        """At node 0, the rows' places plus r, where r[p] is `shuffled` (at node 1)."""
        g, values = self.g, 1 << each.bits
        where = {"shift": each.shift, "bits": each.bits}
        masks, table = (ValueType(Storage.WORD32, (count, self.rows)) for count in (values - 1, values))
        f = self.pace.stream(masks, (0, 1))
        rest = g.exchange(g.local("digits.mask", masks, words.a, f, at=(0,), **where), (0, 2))
        first, second = self.pace.stream(table, (1, 2)), self.pace.stream(table, (1, 2))
        k = self.pace.stream(self.word, (1, 2))
        r = g.local("rows.put_subtract", self.word, shuffled, self.by.p, k, at=(1,))
        plus = g.choose(
            self.word,
            ((1,), call("digits.sum", f, first, second, r, one=0)),
            ((2,), call("digits.sum", rest, first, second, k, one=1)),
        )
        counted = g.choose(
            table,
            ((1,), call("digits.count", words.b, f, first, plus, one=0, **where)),
            ((2,), call("digits.count", words.b, rest, second, plus, one=1, **where)),
        )
        told = g.exchange(counted, (1, 0)), g.exchange(counted, (2, 0))
        return g.local("digits.choose", self.word, words.a, *told, at=(0,), **where)

    def moved(self, word: Split, bits: int, places: Wire, later: _Pace) -> Split:
        """The low `bits` bits of a word, put at the opened places."""
        g = self.g
        x = Split(*(narrowed(g, part, bits) for part in (word.a, word.b)))
        kind = x.a.type
        halves = shuffle(g, x, self.by, WORDS, self.pace.stream)
        s1, s0 = later.stream(kind, (0, 1)), later.stream(kind, (0, 2))
        masked = g.choose(
            kind, *(((node,), call("rows.put_xor", halves, places, mask)) for node, mask in ((1, s1), (2, s0)))
        )
        other = g.exchange(masked, (1, 2), (2, 1))
        return Split(g.local("rows.xor", kind, s0, s1, at=(0,)), g.local("rows.xor", kind, masked, other))
