"""Bits as numbers, and weighted sums of numbers whose signs are bits.

A bit is c XOR d = c (1 - 2 d) + d: the number c with a sign that the bit d turns, plus d. A byte of a plane is a mask
for one vector register. Several rows of weights over the same planes are computed together, so that the planes'
numbers, a word for each bit, are read from memory once. 6 rows over 16 planes of 100,000 take 2 ms; one by one they
take 3 to 8 ms, depending on what the cache holds.
"""

from typing import Any

import numpy as np
from llvmlite import ir

from ..native import OUT, PLANES, WORDS, Kernel, inline, native
from ..ring import flat
from ..vectors import LANES, Memory, emitted, spread, word

Array = np.ndarray[Any, Any]

_TILE = 512
"""How many elements are summed at a time. Their sums stay in the innermost cache over all planes."""


def _signed_adder(planes: int) -> Any:
    """`add(sums, to, factors, start, size, bits, at, words, weights, first, join)`: 64 elements.

    For each of so many planes, `add` adds weight * factor to the sums, or join * weight - weight * factor where the bit
    is set. Planes of factors are `size` words apart, planes of bits are `words` words apart.
    """

    def add_signed(
        builder: Any,
        sums: Memory,
        to: Any,
        factors: Memory,
        start: Any,
        size: Any,
        bits: Memory,
        at: Any,
        words: Any,
        weights: Memory,
        first: Any,
        join: Any,
    ) -> None:
        scales = [spread(builder, weights.element(builder.add(first, word(plane)))) for plane in range(planes)]
        flipped = [builder.mul(scale, spread(builder, join)) for scale in scales]
        for octet in range(8):
            offset = word(LANES * octet)
            total = sums.load(builder.add(to, offset))
            for plane in range(planes):
                place = builder.add(builder.add(start, offset), builder.mul(size, word(plane)))
                product = builder.mul(scales[plane], factors.load(place))
                mask = bits.mask(builder.add(at, builder.mul(words, word(plane))), octet)
                total = builder.add(total, builder.select(mask, builder.sub(flipped[plane], product), product))
            sums.store(builder.add(to, offset), total)

    return emitted(add_signed)


_add_one, _add_four = _signed_adder(1), _signed_adder(4)


@emitted
def _add_mask(builder: Any, out: Memory, to: Any, x: Memory, start: Any, bits: Memory, at: Any) -> None:
    """Writes 64 elements of x into `out`, plus one where the bit is set."""
    for octet in range(8):
        offset = word(LANES * octet)
        bit = builder.zext(bits.mask(at, octet), ir.VectorType(ir.IntType(64), LANES))
        out.store(builder.add(to, offset), builder.add(x.load(builder.add(start, offset)), bit))


@inline
def _bit(word: Any, position: int) -> Any:
    return (word >> np.uint64(position)) & np.uint64(1)


@native(OUT, PLANES, WORDS)
def _add_bits(out: Array, c: Array, w: Array) -> None:
    size = out.size // max(1, c.shape[0])
    for plane in range(c.shape[0]):
        bits, start = c[plane], plane * size
        for number in range(size // 64):
            _add_mask(out, start + 64 * number, w, start + 64 * number, bits, number)
        for i in range(size - size % 64, size):
            out[start + i] = w[start + i] + _bit(bits[i >> 6], i & 63)


@inline
def _add_weighted(out: Array, d: Array, weights: Array, factors: Array, first: int, stop: int, join: int) -> None:
    """Adds the terms of all planes to the sums of elements `first` to `stop` - 1 in each row."""
    rows, planes = weights.shape
    size, words = out.size // rows, d.shape[1]
    bits, scales = d.reshape(d.size), weights.reshape(weights.size)
    whole = stop - (stop - first) % 64
    fours = planes - planes % 4
    for plane in range(0, fours, 4):
        for row in range(rows):
            at, sums = row * planes + plane, row * size
            if (scales[at] | scales[at + 1] | scales[at + 2] | scales[at + 3]) == 0:
                continue
            for i in range(first, whole, 64):
                place, number = plane * size + i, plane * words + (i >> 6)
                _add_four(out, sums + i, factors, place, size, bits, number, words, scales, at, join)
    for plane in range(fours, planes):
        for row in range(rows):
            at, sums = row * planes + plane, row * size
            if scales[at] == 0:
                continue
            for i in range(first, whole, 64):
                place, number = plane * size + i, plane * words + (i >> 6)
                _add_one(out, sums + i, factors, place, size, bits, number, words, scales, at, join)
    for row in range(rows):
        for plane in range(planes):
            weight = weights[row, plane]
            flipped = weight * np.uint64(join)
            for i in range(whole, stop):
                product = weight * factors[plane * size + i]
                out[row * size + i] += flipped - product if _bit(d[plane, i >> 6], i & 63) else product


@native(OUT, PLANES, PLANES, WORDS, WORDS)
def _weigh(out: Array, d: Array, weights: Array, w: Array, y: Array) -> None:
    size = out.size // max(1, weights.shape[0])
    for first in range(0, size, _TILE):
        stop = min(size, first + _TILE)
        for start in range(first, out.size, size):
            sums, mask = out[start : start + stop - first], y[start : start + stop - first]
            for i in range(sums.size):
                sums[i] = mask[i]
        _add_weighted(out, d, weights, w, first, stop, 0)


@native(OUT, PLANES, PLANES, WORDS, WORDS, WORDS)
def _weigh_join(out: Array, d: Array, weights: Array, f: Array, q: Array, y: Array) -> None:
    size = out.size // max(1, weights.shape[0])
    for first in range(0, size, _TILE):
        stop = min(size, first + _TILE)
        for start in range(first, out.size, size):
            end = start + stop - first
            sums, helped, mask = out[start:end], q[start:end], y[start:end]
            for i in range(sums.size):
                sums[i] = np.uint64(0) - helped[i] - mask[i]
        _add_weighted(out, d, weights, f, first, stop, 1)


def _added(out: Array, c: Array, w: Array) -> None:
    """out[p, i] = w[p, i] + c[p, i]."""
    _add_bits.run(flat(out), c, flat(w))


def _weighed(out: Array, d: Array, weights: Array, w: Array, y: Array) -> None:
    """out[r] = y[r] + the sum over planes p of weights[r, p] * (1 - 2 d[p]) * w[p]."""
    _weigh.run(flat(out), d, weights, flat(w), flat(y))


def _joined(out: Array, d: Array, weights: Array, f: Array, q: Array, y: Array) -> None:
    """out[r] = the sum over planes p of weights[r, p] * ((1 - 2 d[p]) * f[p] + d[p]), less q[r] and y[r]."""
    _weigh_join.run(flat(out), d, weights, flat(f), flat(q), flat(y))


@native(OUT, PLANES)
def _numbers(out: Array, x: Array) -> None:
    size = out.size // max(1, x.shape[0])
    for plane in range(x.shape[0]):
        for at in range(x.shape[1]):
            total = out[plane * size + 64 * at : plane * size + min(size, 64 * at + 64)]
            for i in range(total.size):
                total[i] = (x[plane, at] >> np.uint64(i)) & np.uint64(1)


def _as_numbers(out: Array, x: Array) -> None:
    _numbers.run(flat(out), x)


TABLE: dict[str, Kernel] = {
    "ring.from_planes": Kernel(_as_numbers, (_numbers,), replays=True),
    "ring.add_bits": Kernel(_added, (_add_bits,), replays=True),
    "weigh.signed": Kernel(_weighed, (_weigh,), replays=True),
    "weigh.joined": Kernel(_joined, (_weigh_join,), replays=True),
}
