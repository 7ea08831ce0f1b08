"""Bounds written in types, `int[0..120]`. In: a type as written and its element. Out: the element, no wider than the
bounds, and the bounds in the clear representation.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from ..ir.types import MOMENTS, Element, Kind, width
from ..source import Span
from ..syntax import tree
from .errors import wrong
from .moments import EXAMPLES, moment_of, shown_moment

Bounds = tuple[int, int]
"""The least and the greatest number that a value may be, in the clear representation."""

Known = Mapping[str, int | Fraction]
"""Numbers by the names that stand for them when a program is compiled."""

LARGEST = 1 << 62
"""No bound of a `fixed` is greater in magnitude, in the clear representation."""

FINEST = 40
"""The most fraction bits that an input with small bounds has."""

SIGNIFICANT = 20
"""Significant bits that the greatest number of an input with small bounds has: six decimal digits."""

MOST = 62
"""A `fixed` of scale f holds numbers below 2**(62 - 2 f); see `ir.intervals.documented`."""

NOTHING_KNOWN: Known = MappingProxyType({})


def literal_number(node: tree.Expression, known: Known = NOTHING_KNOWN) -> int | float | Fraction | None:
    """The number that an expression writes down or names, with or without a sign; None for any other expression."""
    match node:
        case tree.Number(value=value):
            return value
        case tree.Unary(operator="-", operand=operand):
            number = literal_number(operand, known)
            return None if number is None else -number
        case tree.Reference(name=name):
            return known.get(name)
        case _:
            return None


def at_own_scale(type: tree.TypeSyntax, element: Element, known: Known = NOTHING_KNOWN) -> Element:
    """The element of an input at a scale for its bounds: finer for small numbers, coarser for large ones."""
    if type.bounds is None or element.kind is not Kind.FIXED:
        return element
    ends = [literal_number(end, known) for end in (type.bounds.low, type.bounds.high)]
    largest = max((abs(Fraction(end)) for end in ends if end is not None), default=Fraction(0))
    if largest == 0:
        return element
    if largest < 1:
        smaller = (largest.denominator // largest.numerator).bit_length() - 1
        return replace(element, scale=min(max(element.scale, SIGNIFICANT + smaller), FINEST))
    size = (largest.numerator // largest.denominator).bit_length()
    return replace(element, scale=max(min(element.scale, (MOST - size) // 2), 0))


def bounded(type: tree.TypeSyntax, element: Element, known: Known = NOTHING_KNOWN) -> tuple[Element, Bounds | None]:
    """The element that holds what the bounds of a type allow, and the bounds. Raises WrongError."""
    syntax = type.bounds
    if syntax is None:
        return element, None
    if element.kind not in (Kind.INT, Kind.FIXED, *MOMENTS):
        raise wrong(
            syntax.span,
            f"`{type.name}` takes no bounds",
            expected="bounds of an `int`, a `fixed` or a `date`",
            found=f"bounds of a `{type.name}`",
            remedy="leave the bounds out",
        )
    low, high = (_end(end, type, element, known) for end in (syntax.low, syntax.high))
    if low > high:
        raise wrong(
            syntax.span,
            "these bounds leave no number",
            expected="the least number first, then the greatest",
            found="a greater number first",
            remedy="exchange the two",
        )
    return narrowed(element, (low, high)), (low, high)


def narrowed(element: Element, bounds: Bounds) -> Element:
    """The element, an int or a day no wider than the bounds need."""
    if element.kind is Kind.FIXED:
        return element
    return replace(element, bits=min(element.bits, max(2, width(*bounds))))


def _end(node: tree.Expression, type: tree.TypeSyntax, element: Element, known: Known) -> int:
    if element.is_moment:
        moment = moment_of(element.kind, node.value) if isinstance(node, tree.Text) else None
        if moment is None:
            raise wrong(
                node.span, f"a bound of a `{type.name}` is a text", expected=f'"{EXAMPLES[element.kind]}", say',
                found="another expression", remedy="write the first and the last one that may be, in quotes",
            )  # fmt: skip
        return moment
    number = literal_number(node, known)
    if number is None:
        raise wrong(
            node.span,
            "a bound must be a number that is known when the program is compiled",
            expected="a number or a param, with or without a sign",
            found="another expression",
            remedy="write the number itself, or declare it: `param most: int = 9`",
        )
    return in_clear(Fraction(number), element, node.span, type.name)


def in_clear(number: Fraction, element: Element, span: Span, name: str) -> int:
    """A bound in the clear representation of an element. Raises WrongError for one that no value can be."""
    is_int = element.kind is Kind.INT
    if is_int and number.denominator != 1:
        raise wrong(
            span,
            f"a bound of an `{name}` must be a whole number",
            expected="a whole number",
            found="a fraction",
            remedy=f"round it, or make the type `fixed` in place of `{name}`",
        )
    raw = round(number * (1 << element.scale))
    least, greatest = (element.least, element.greatest) if is_int else (-LARGEST, LARGEST)
    if not least <= raw <= greatest:
        raise wrong(
            span,
            f"this bound does not fit `{name}`",
            expected=f"a number from {_shown(least, element)} to {_shown(greatest, element)}",
            found="a number beyond that",
            remedy=f"use a wider type than `{name}`"
            if is_int
            else "choose fewer bits with `option fraction_bits = ...`",
        )
    return raw


def shown(bounds: Bounds, element: Element) -> str:
    """`0..120`: bounds as a program writes them."""
    low, high = (_shown(end, element) for end in bounds)
    return f"{low}..{high}"


def _shown(raw: int, element: Element) -> str:
    if element.is_moment:
        return shown_moment(element.kind, raw)
    return f"{raw / (1 << element.scale):.12g}" if element.kind is Kind.FIXED else str(raw)
