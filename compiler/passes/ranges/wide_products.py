"""Products that would leave the ring: of coarser factors where these keep enough digits, or taken in two parts.

A factor x at scale a is cut at bit k, x = h * 2**k + l as integers, with h rounded and |l| <= 2**k. Then

    x y  =  (h y) * 2**k  +  l y,

where each of the two products fits 62 bits and is truncated by itself, so that nothing of x or y is lost. `Patterns`
recognises such sums. A factor that somebody knows is cut in the clear, at no cost; a secret one costs a truncation
more. Each of the two truncations adds less than a unit of the last place.

In: a product of the old program, with what is known of sizes. Out: new values.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.intervals import Interval
from ...ir.operations.arithmetic import MAXIMUM_SCALE
from ...ir.operations.table import row_of
from ...ir.program import Operation, Value
from ...ir.rewrite import Rewriter
from .scaled import ROOM, Scaled, digits_of, fine_scale, is_fixed, scale_of

ENOUGH = 21
"""Significant bits that a factor keeps at least when it is made coarser: six decimal digits."""

FEWEST = 8
"""Fraction bits of a product that are worth taking it in parts."""


def fitting_product(scaled: Scaled, rewriter: Rewriter, operation: Operation, usual: int) -> tuple[Value, ...] | None:
    """The product so that it fits: at the sum of its factors' scales, or truncated to the usual scale already."""
    operands = rewriter.operands(operation)
    (result,) = operation.results
    size, total = scaled.size(result), sum(map(scaled.scale, operands))
    if total > MAXIMUM_SCALE:
        product = _of_small(scaled, rewriter, operation, operands, usual)
        if product is not None:
            return (product,)
        operands = _shortened(scaled, rewriter, operands)
        total = MAXIMUM_SCALE
    if size + total > ROOM:
        ways = [_coarse, _in_parts, _coarser]
        if any(map(scaled.is_assumed, operands)) and ROOM - 1 - size >= min(usual, FEWEST):
            ways = [_in_parts, _coarser]
        for way in ways:
            product = way(scaled, rewriter, operation, operands, usual)
            if product is not None:
                return (product,)
    return None if operands == operation.operands else _derived(scaled, rewriter, operation, operands)


def _shortened(scaled: Scaled, rewriter: Rewriter, operands: Sequence[Value]) -> tuple[Value, ...]:
    """Factors of the most fraction bits that a product may have: those with more digits lose some."""
    digits = [scaled.size(each) + scaled.scale(each) for each in operands]
    over = sum(map(scaled.scale, operands)) - MAXIMUM_SCALE
    first = min(max((digits[0] - digits[1] + over) // 2, 0), over)
    dropped = (first, over - first)
    return tuple(
        scaled.at(rewriter, each, scaled.scale(each) - bits) for each, bits in zip(operands, dropped, strict=True)
    )


def _derived(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: tuple[Value, ...]
) -> tuple[Value, ...]:
    (product,) = rewriter.derive(operation, operands)
    return (scaled.in_units(rewriter, product, _down(scaled, operands)),)


def _down(scaled: Scaled, operands: Sequence[Value]) -> int:
    """By how many bits the unit of a product is larger than its type says."""
    return sum(scale_of(each) - scaled.scale(each) for each in operands)


def _product(scaled: Scaled, rewriter: Rewriter, operation: Operation, factors: Sequence[Value], size: int) -> Value:
    product = rewriter.builder.emit(operation.name, *factors, **operation.attributes)
    return scaled.noted(scaled.in_units(rewriter, product, _down(scaled, factors)), size)


def _of_small(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value], usual: int
) -> Value | None:
    """The product of numbers that are small at fine scales, of which one is read as if it were at a coarser scale."""
    found, total = scaled.found(operation, operands), sum(map(scaled.scale, operands))
    if found is None or found.magnitude.bit_length() > ROOM:
        return None
    size = digits_of(found, total)
    builder, down, scale = rewriter.builder, total - MAXIMUM_SCALE, fine_scale(size, usual)
    place = max((0, 1), key=lambda each: scaled.scale(operands[each]))
    if scale < down or scaled.scale(operands[place]) < down:
        return None
    read = builder.emit("ldexp", operands[place], scale=scaled.scale(operands[place]) - down)
    factors = (read, operands[1]) if place == 0 else (operands[0], read)
    product = _product(scaled, rewriter, operation, factors, size + down)
    coarser = scaled.noted(builder.emit("truncate", product, bits=total - scale), size + down)
    return scaled.noted(builder.emit("ldexp", coarser, scale=scale), size, found.shifted(scale - total))


def _coarse(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value], usual: int
) -> Value | None:
    """The product of coarser factors that keep `ENOUGH` digits and `FEWEST` fraction bits."""
    return _coarser(scaled, rewriter, operation, operands, usual, min(usual, FEWEST))


def _coarser(
    scaled: Scaled,
    rewriter: Rewriter,
    operation: Operation,
    operands: Sequence[Value],
    usual: int,
    least: int = -MAXIMUM_SCALE,
) -> Value | None:
    """The product of coarser factors, if both keep `ENOUGH` digits: first the one with more of them, or the one that is
    expected to be as large as it may be."""
    scales = list(map(scaled.scale, operands))
    digits = [scaled.size(each) + scale for each, scale in zip(operands, scales, strict=True)]
    size = scaled.size(operation.results[0])
    is_square = operands[0] is operands[1]
    while size + sum(scales) >= ROOM or sum(scales) > MAXIMUM_SCALE:
        spare = [
            digits[place] - ENOUGH if is_fixed(operands[place]) and scales[place] > least else 0 for place in range(2)
        ]
        loose = list(map(scaled.is_loose, operands))
        is_choice = loose[0] != loose[1] and min(spare) > 0
        place = loose.index(False) if is_choice else spare.index(max(spare))
        if spare[place] <= 0:
            return None
        for each in (0, 1) if is_square else (place,):
            scales[each] -= 1
            digits[each] -= 1
    first = scaled.at(rewriter, operands[0], scales[0]) if is_fixed(operands[0]) else operands[0]
    second = first if is_square else operands[1]
    if not is_square and is_fixed(operands[1]):
        second = scaled.at(rewriter, operands[1], scales[1])
    return _product(scaled, rewriter, operation, (first, second), size)


def _in_parts(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value], usual: int
) -> Value | None:
    """The product with one factor cut in two: one that somebody knows, if that does, else the smaller one."""
    size = scaled.size(operation.results[0])
    scale = min(usual, ROOM - 1 - size)
    if scale < 0:
        return None
    places = sorted((0, 1), key=lambda place: (not operands[place].label.is_clear, operands[place].type.size))
    for place in places:
        at = _cut(scaled, operation, operands, place)
        if at is not None:
            return _parts(scaled, rewriter, operation, operands, place, at, scale)
    return None


def _cut(scaled: Scaled, operation: Operation, operands: Sequence[Value], place: int) -> int | None:
    """The least k for which both parts fit, where there is one."""
    factor, other = operands[place], operands[1 - place]
    if not is_fixed(factor):
        return None
    digits, others = (scaled.size(each) + scaled.scale(each) for each in (factor, other))
    most = MAXIMUM_SCALE - scaled.scale(other)
    for at in range(max(1, scaled.scale(factor) - most), most + 1):
        if max(_bits(operation, place, bits, others) for bits in (max(digits - at, 0) + 1, at + 1)) < ROOM:
            return at
    return None


def _bits(operation: Operation, place: int, bits: int, others: int) -> int:
    """The bits of a product of factors of so many bits each."""
    factors = [Interval(-(1 << max(each, 0)), 1 << max(each, 0)) for each in (bits, others)]
    rule = row_of(operation).interval
    assert rule is not None, f"{operation.name} has no interval"
    return rule(operation, factors if place == 0 else factors[::-1]).magnitude.bit_length()


def _parts(
    scaled: Scaled,
    rewriter: Rewriter,
    operation: Operation,
    operands: Sequence[Value],
    place: int,
    at: int,
    scale: int,
) -> Value:
    """The sum of both parts. A factor of fewer than `at` fraction bits is read at a finer scale, and the sum back."""
    factor, other = operands[place], operands[1 - place]
    builder, size = rewriter.builder, scaled.size(operation.results[0])
    read = max(at - scaled.scale(factor), 0)
    if read:
        finer = builder.emit("ldexp", factor, scale=at)
        factor = scaled.noted(finer, scaled.size(factor) - read)
    high = scaled.at(rewriter, factor, scaled.scale(factor) - at)
    low = builder.emit("subtract", factor, scaled.at(rewriter, high, scaled.scale(factor)))
    scaled.noted(low, at - scaled.scale(factor) + 1)
    sums = []
    for part in (high, low):
        factors = (part, other) if place == 0 else (other, part)
        product = _product(scaled, rewriter, operation, factors, size - read)
        sums.append(scaled.at(rewriter, product, scale + read))
    whole = builder.emit("add", *sums)
    return scaled.noted(builder.emit("ldexp", whole, scale=scale) if read else whole, size)
