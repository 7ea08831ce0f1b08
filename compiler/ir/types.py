"""Types of IR values: an element and a shape. Tables and tuples are taken apart before the IR.

In the clear (`evaluate`, owners, public values) BOOL is a NumPy `bool` array. INT, DATE (days since 1970-01-01),
DATETIME (microseconds since then, in UTC), KEY and CATEGORY (the index of its label) are `int64`. FIXED is `int64` and
holds the value times 2**scale. As shares, all of them live in Z_2^64 or in bits.

ROWS is no number: it says where each row of a rearranged array comes from, and only `gather` and `invert` read it.
"""

import json
from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np


class Kind(Enum):
    """What an element means."""

    BOOL = "bool"
    INT = "int"
    FIXED = "fixed"
    KEY = "key"
    CATEGORY = "category"
    DATE = "date"
    DATETIME = "datetime"
    ROWS = "rows"


MOMENTS = (Kind.DATE, Kind.DATETIME)

_MOMENT_BITS = {Kind.DATE: 23, Kind.DATETIME: 59}
"""The widths that hold the years 1 to 9999. What is computed from days may be wider."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element type.

    `bits` is the width of the two's complement integer that holds every value: a promise that makes circuits smaller, 1
    to 64 (BOOL has 1 and is unsigned). `scale` is the number of fraction bits of a FIXED. `labels` are those of a
    CATEGORY. `steps` say how the text of a KEY was normalised: keys with different steps cannot be compared.
    """

    kind: Kind
    bits: int = 64
    scale: int = 0
    labels: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind is Kind.INT:
            return "int" if self.bits == 64 else f"int{self.bits}"
        if self.kind is Kind.FIXED:
            return f"fixed.{self.scale}"
        if self.is_moment:
            return self.kind.value if self.bits == _MOMENT_BITS[self.kind] else f"{self.kind.value}{self.bits}"
        if self.kind is Kind.CATEGORY:
            return "category[" + ", ".join(json.dumps(label, ensure_ascii=False) for label in self.labels) + "]"
        return f"{self.kind.value}({', '.join(self.steps)})" if self.steps else str(self.kind.value)

    @property
    def is_number(self) -> bool:
        """Whether arithmetic applies. BOOL counts as 0 and 1."""
        return self.kind in (Kind.BOOL, Kind.INT, Kind.FIXED)

    @property
    def is_moment(self) -> bool:
        """Whether the values are days or instants."""
        return self.kind in MOMENTS

    @property
    def least(self) -> int:
        """The least number, in the clear representation, that fits `bits`."""
        return 0 if self.kind is Kind.BOOL else -(1 << (self.bits - 1))

    @property
    def greatest(self) -> int:
        """The greatest number, in the clear representation, that fits `bits`."""
        return 1 if self.kind is Kind.BOOL else (1 << (self.bits - 1)) - 1


BOOL = Element(Kind.BOOL, bits=1)
INT = Element(Kind.INT)
KEY = Element(Kind.KEY)
DATE = Element(Kind.DATE, bits=_MOMENT_BITS[Kind.DATE])
DATETIME = Element(Kind.DATETIME, bits=_MOMENT_BITS[Kind.DATETIME])
ROWS = Element(Kind.ROWS)


def width(least: int, greatest: int) -> int:
    """The width of the two's complement integer that holds all numbers from `least` to `greatest`."""
    return 1 + max(
        (-least - 1 if least < 0 else least).bit_length(), (~greatest if greatest < 0 else greatest).bit_length()
    )


def integer(bits: int) -> Element:
    """An INT whose values fit `bits` bits, at most 64: wider results wrap."""
    return Element(Kind.INT, bits=min(bits, 64))


def fixed(scale: int) -> Element:
    """A FIXED with `scale` fraction bits."""
    return Element(Kind.FIXED, scale=scale)


def category(labels: tuple[str, ...]) -> Element:
    """A CATEGORY with these labels, held as an index."""
    return Element(Kind.CATEGORY, bits=max(len(labels) - 1, 0).bit_length() + 1, labels=labels)


def normalised_key(steps: tuple[str, ...] = ()) -> Element:
    """A KEY whose text is normalised by these steps, in order."""
    return Element(Kind.KEY, steps=steps)


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An element type and a concrete shape; a scalar has the empty shape."""

    element: Element
    shape: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.element}[{', '.join(map(str, self.shape))}]" if self.shape else str(self.element)

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def dtype(self) -> type[np.generic]:
        """The NumPy type of the value in the clear representation."""
        return np.bool_ if self.element.kind is Kind.BOOL else np.int64

    def with_shape(self, shape: tuple[int, ...]) -> "ArrayType":
        """The same element in another shape."""
        return ArrayType(self.element, shape)

    def with_element(self, element: Element) -> "ArrayType":
        """Another element in the same shape."""
        return ArrayType(element, self.shape)
