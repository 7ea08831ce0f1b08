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
    size, total = scaled.size(result), sum(map(scale_of, operands))
    if size + total <= ROOM and total <= MAXIMUM_SCALE:
        return None if operands == operation.operands else rewriter.derive(operation, operands)
    if total > MAXIMUM_SCALE:
        product = _of_small(scaled, rewriter, operation, operands, usual)
        if product is not None:
            return (product,)
    ways = [_coarse, _in_parts]
    if any(map(scaled.is_assumed, operands)) and ROOM - 1 - size >= min(usual, FEWEST):
        ways.reverse()
    for way in ways:
        product = way(scaled, rewriter, operation, operands, usual)
        if product is not None:
            return (product,)
    if total > MAXIMUM_SCALE:
        return (_roughly(scaled, rewriter, operation, operands),)
    return None if operands == operation.operands else rewriter.derive(operation, operands)


def _of_small(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value], usual: int
) -> Value | None:
    """The product of numbers that are small at fine scales, of which one is read as if it were at a coarser scale."""
    found, total = scaled.found(operation, operands), sum(map(scale_of, operands))
    if found is None or found.magnitude.bit_length() > ROOM:
        return None
    size = digits_of(found, total)
    builder, down, scale = rewriter.builder, total - MAXIMUM_SCALE, fine_scale(size, usual)
    place = max((0, 1), key=lambda each: scale_of(operands[each]))
    if scale < down or scale_of(operands[place]) < down:
        return None
    read = builder.emit("ldexp", operands[place], scale=scale_of(operands[place]) - down)
    factors = (read, operands[1]) if place == 0 else (operands[0], read)
    product = scaled.noted(builder.emit(operation.name, *factors, **operation.attributes), size + down)
    coarser = scaled.noted(builder.emit("truncate", product, bits=total - scale), size + down)
    return scaled.noted(builder.emit("ldexp", coarser, scale=scale), size, found.shifted(scale - total))


def _roughly(scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value]) -> Value:
    """The product of factors of the most fraction bits that a product may have."""
    first, second = operands
    over = sum(map(scale_of, operands)) - MAXIMUM_SCALE
    coarser = min(max(scale_of(first) - scale_of(second) + over + 1, 0) // 2, over, scale_of(first))
    first = scaled.at(rewriter, first, scale_of(first) - coarser)
    second = scaled.at(rewriter, second, scale_of(second) - (over - coarser))
    size = scaled.size(operation.results[0])
    return scaled.noted(rewriter.builder.emit(operation.name, first, second, **operation.attributes), size)


def _coarse(
    scaled: Scaled, rewriter: Rewriter, operation: Operation, operands: Sequence[Value], usual: int
) -> Value | None:
    """The product of coarser factors, the one with more digits first, if both keep `ENOUGH`."""
    scales = list(map(scale_of, operands))
    digits = [scaled.size(each) + scale for each, scale in zip(operands, scales, strict=True)]
    size = scaled.size(operation.results[0])
    is_square = operands[0] is operands[1]
    while size + sum(scales) >= ROOM or sum(scales) > MAXIMUM_SCALE:
        spare = [digits[place] - ENOUGH if is_fixed(operands[place]) and scales[place] > 0 else 0 for place in range(2)]
        place = 0 if spare[0] >= spare[1] else 1
        if spare[place] <= 0:
            return None
        for each in (0, 1) if is_square else (place,):
            scales[each] -= 1
            digits[each] -= 1
    first = scaled.at(rewriter, operands[0], scales[0]) if is_fixed(operands[0]) else operands[0]
    second = first if is_square else operands[1]
    if not is_square and is_fixed(operands[1]):
        second = scaled.at(rewriter, operands[1], scales[1])
    return scaled.noted(rewriter.builder.emit(operation.name, first, second, **operation.attributes), size)


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
    digits, others = (scaled.size(each) + scale_of(each) for each in (factor, other))
    most = MAXIMUM_SCALE - scale_of(other)
    for at in range(max(1, scale_of(factor) - most), most + 1):
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
    read = max(at - scale_of(factor), 0)
    if read:
        finer = builder.emit("ldexp", factor, scale=at)
        factor = scaled.noted(finer, scaled.size(factor) - read)
    high = scaled.at(rewriter, factor, scale_of(factor) - at)
    low = builder.emit("subtract", factor, scaled.at(rewriter, high, scale_of(factor)))
    scaled.noted(low, at - scale_of(factor) + 1)
    sums = []
    for part in (high, low):
        factors = (part, other) if place == 0 else (other, part)
        product = scaled.noted(builder.emit(operation.name, *factors, **operation.attributes), size - read)
        sums.append(scaled.at(rewriter, product, scale + read))
    whole = builder.emit("add", *sums)
    return scaled.noted(builder.emit("ldexp", whole, scale=scale) if read else whole, size)
