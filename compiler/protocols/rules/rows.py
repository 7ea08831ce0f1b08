"""Arrangements of rows that nobody knows, and the words that a radix sort moves. In: sizes. Out: where bits lie.

A radix sort takes one digit after the other, the least significant first. After each digit it moves the rest of every
key, together with the number of the row that the key came from. So the words of a row hold the row's number in their
lowest bits, then the digit to be used last, and so on up: the digit of a pass is always the topmost of what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ....runtime.graph.nodes import Storage, ValueType
from .expansion import Expansion, Wire

WORD_BITS = 64


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of an array come from, known to nobody: a shuffle by `permutations`, and a move by `places`.

    The protocol decides which node knows which permutation; no node knows all. If `shuffles_first`, the shuffle comes
    before the move; else the shuffle is undone after the move. If `takes`, the move takes row places[i] to i; else it
    puts row i at places[i]. `places` is None in protocols where the shuffle is enough.
    """

    permutations: tuple[Wire, ...]
    places: Wire | None
    shuffles_first: bool
    takes: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the permutations: one axis, as long as there are rows."""
        return self.permutations[0].shape

    @property
    def parts(self) -> tuple[Wire, ...]:
        """The wires."""
        return self.permutations if self.places is None else (*self.permutations, self.places)

    @property
    def inverse(self) -> Rows:
        """The arrangement that puts the rows back."""
        return replace(self, shuffles_first=not self.shuffles_first, takes=not self.takes)


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass of the sort: its digit is `bits` bits from `shift` up in the word `word`. All that lies below is moved."""

    word: int
    shift: int
    bits: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bits of a row lie in words: `planes[w]` are the planes of the key in word w, from bit `starts[w]` on.

    Word 0 starts with the row's number. `passes` are in the order in which they are made.
    """

    starts: tuple[int, ...]
    planes: tuple[tuple[int, ...], ...]
    passes: tuple[Pass, ...]


def layout(rows: int, planes: int, digit: int) -> Layout:
    """The layout for keys of `planes` bits, sorted by digits of `digit` bits; the last digit may be shorter."""
    number = bits_of_numbers(rows)
    starts = [number]
    words: list[list[int]] = [[]]
    passes: list[Pass] = []
    top = number
    for low in reversed(range(0, planes, digit)):
        bits = min(digit, planes - low)
        if top + bits > WORD_BITS:
            starts.append(0)
            words.append([])
            top = 0
        passes.append(Pass(len(words) - 1, top, bits))
        words[-1].extend(range(low, low + bits))
        top += bits
    return Layout(tuple(starts), tuple(map(tuple, words)), tuple(reversed(passes)))


def bits_of_numbers(rows: int) -> int:
    """How many bits the numbers of so many rows need."""
    return max(1, (rows - 1).bit_length())


def storage_for(bits: int) -> Storage:
    """The narrower of words of 32 and of 64 bits that has at least so many bits."""
    return Storage.WORD32 if bits <= 32 else Storage.RING


def word_planes(plan: Layout, word: int) -> tuple[int, ...]:
    """The planes of the key that make up a word; -1 for each bit of the row's number."""
    return (-1,) * plan.starts[word] + plan.planes[word]


def narrowed(g: Expansion, word: Wire, bits: int) -> Wire:
    """The word in the fewest bytes that hold its low `bits` bits. Bits above these may remain."""
    if bits > 32 or word.type.storage is Storage.WORD32:
        return word
    return g.local("ring.to_word32", ValueType(Storage.WORD32, word.shape), word)


def low_bits(g: Expansion, word: Wire, bits: int) -> Wire:
    """The word with zeros above its low `bits` bits."""
    storage = word.type.storage
    width = WORD_BITS if storage is Storage.RING else 32
    shifted = g.local(f"{storage.value}.shift_left", word.type, word, bits=width - bits)
    return g.local(f"{storage.value}.shift_right", word.type, shifted, bits=width - bits)


def spelled(g: Expansion, planes: Wire, chosen: Sequence[int]) -> Wire:
    """Chosen bit planes (-1: zeros) as words."""
    chosen, storage, ordered = tuple(chosen), storage_for(len(chosen)), planes
    if chosen != tuple(range(planes.type.planes)):
        kind = ValueType(Storage.BITS, planes.shape, len(chosen))
        ordered = g.local("bits.planes", kind, planes, planes=chosen)
    return g.local(f"{storage.value}.from_bits", ValueType(storage, planes.shape), ordered)


def numbers(g: Expansion, rows: int, storage: Storage, at: tuple[int, ...]) -> Wire:
    """The row numbers 0, 1, 2, ... as words."""
    counted = g.local("clear.iota", ValueType(Storage.INTEGER, (rows,)), at=at, n=rows)
    return g.local(f"{storage.value}.from_integer", ValueType(storage, (rows,)), counted)


def in_words(g: Expansion, part: Wire) -> Wire:
    """A part of a share as words, which can be moved. Bits become the words that they spell; numbers stay."""
    if part.type.storage is not Storage.BITS:
        return part
    return spelled(g, part, range(part.type.planes))


def out_of_words(g: Expansion, words: Wire, kind: ValueType) -> Wire:
    """The reverse of `in_words`: words, after a move, as a part of the type `kind`."""
    if kind.storage is not Storage.BITS:
        return words
    return g.local(f"bits.from_{words.type.storage.value}", kind, words, planes=kind.planes)
