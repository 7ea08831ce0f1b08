"""What rules work on: values in the clear, and shares of several kinds. Each of them is some wires of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Any, TypeVar

from .expansion import Wire
from .rows import Rows


@dataclass(frozen=True, slots=True)
class Clear:
    """A value in the clear (INTEGER or BOOLEAN) at the parties that hold the wire. Public if all nodes do."""

    wire: Wire

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.wire.type.shape

    @property
    def parts(self) -> tuple[Wire, ...]:
        """The one wire, in the form that shares have."""
        return (self.wire,)

    def with_parts(self, parts: Sequence[Wire]) -> Clear:
        """The same kind of value on other wires."""
        return Clear(*parts)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """An arithmetic share (over Z_2^64 unless the protocol says otherwise). Each protocol says what its parts mean."""

    parts: tuple[Wire, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.parts[0].type.shape

    def with_parts(self, parts: Sequence[Wire]) -> Arithmetic:
        """The same kind of value on other wires."""
        return Arithmetic(tuple(parts))


@dataclass(frozen=True, slots=True)
class Boolean:
    """A bitwise XOR sharing of `planes` bits for each element, bit-sliced (BITS). Plane 0 is the lowest bit."""

    parts: tuple[Wire, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.parts[0].type.shape

    @property
    def planes(self) -> int:
        """The number of bits of each element."""
        return self.parts[0].type.planes

    def with_parts(self, parts: Sequence[Wire]) -> Boolean:
        """The same kind of value on other wires."""
        return Boolean(tuple(parts))


Share = Clear | Arithmetic | Boolean | Rows
Shared = TypeVar("Shared", Arithmetic, Boolean)


@dataclass(frozen=True, slots=True)
class Bilinear:
    """Functions of the summands a and b of a share (x = a + b, or a XOR b). Each is a sum of products over bits.

    Each entry of `left` lists bit positions of a, ascending; their AND is a factor. Each entry of `right` does so for
    b, or for -b if `negated`. Plane t of the result is the XOR over (l, r) in `terms[t]` of left_l AND right_r, where
    -1 in place of l or r stands for the constant one. `bits` is the number of low bits that the positions refer to.
    """

    bits: int
    left: tuple[tuple[int, ...], ...]
    right: tuple[tuple[int, ...], ...]
    terms: tuple[tuple[tuple[int, int], ...], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Pieces:
    """A table of polynomials, indexed by the digit of x above bit `low`, modulo the number of pieces (a power of two).

    rows[k][piece] is the coefficient of tau**k, where tau = (x - start) / 2**low - 1 is the place in the piece and
    `start` is where the piece starts. The piece may be the digit of x or the one below; therefore tau lies in [-1, 1).
    """

    low: int
    rows: tuple[tuple[int, ...], ...]

    @property
    def degree(self) -> int:
        """The highest power of tau."""
        return len(self.rows) - 1


def flat_parts(shares: Any) -> list[Wire]:
    """The parts of several shares, one after the other."""
    return [wire for share in shares for wire in share.parts]


def regroup(like: Any, wires: Sequence[Wire]) -> Any:
    """The reverse of `flat_parts`: shares of the kinds of `like` from their parts, one after the other."""
    rest = iter(wires)
    return tuple(share.with_parts([next(rest) for _ in share.parts]) for share in like)


def dot_terms(terms: Sequence[Sequence[tuple[int, int]]]) -> dict[str, tuple[int, ...]]:
    """The attributes of the kernel `bits.dot`: for each plane of the result its pairs of planes. -1 stands for ones."""
    pairs = [pair for plane in terms for pair in plane]
    ends = tuple(accumulate(len(plane) for plane in terms))
    return {"left": tuple(left for left, _ in pairs), "right": tuple(right for _, right in pairs), "ends": ends}


def wider(*shares: Share) -> tuple[int, ...]:
    """The result's shape of an elementwise operation: a single element spreads over the other operands.

    Raises ValueError if shapes of more than one element differ.
    """
    shapes = [share.shape for share in shares]
    large = {shape for shape in shapes if prod(shape) != 1} or {max(shapes, key=len)}
    if len(large) > 1:
        raise ValueError(f"shapes {' and '.join(map(str, large))} do not match")
    return large.pop()
