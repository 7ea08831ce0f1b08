"""Words to bit planes and back: transposes 64 x 64 matrices of bits, eight (512 elements) at a time.

A matrix is eight registers of eight rows. Three steps swap halves between registers (Hacker's Delight, section 7-3, for
distances of 32, 16 and 8 rows). Then bytes are transposed within each register, so that each word holds an 8 x 8 matrix
of bits. Shifts transpose these matrices, and the bytes go back. A further transposition, of 8 x 8 words, puts the words
of one plane side by side, so that each plane is written by whole cache lines. 64 planes of a million words take 1 ms;
the same steps in a loop over single words take 5 ms.
"""

from typing import Any

import numpy as np
from llvmlite import ir

from ..native import OUT, OUT16, OUT32, OUT_PLANES, PLANES, WORDS, WORDS16, WORDS32, native
from ..vectors import LANES, Memory, emitted, splat, word

Array = np.ndarray[Any, Any]

BLOCK = 512
"""How many elements are transposed together: a matrix for each lane of a register."""

_BYTES = ir.VectorType(ir.IntType(8), 64)
_INDICES = ir.VectorType(ir.IntType(32), 64)

_HALVES = ((4, 32, 0x00000000FFFFFFFF), (2, 16, 0x0000FFFF0000FFFF), (1, 8, 0x00FF00FF00FF00FF))
"""For each step the distance in registers, the distance in bits, and the mask of the low halves."""

_EIGHTHS = ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0))
"""For each step within an 8 x 8 matrix of bits in one word (Hacker's Delight, figure 7-6): distance in bits, and
mask."""


def _swap_bits(builder: Any, rows: list[Any]) -> list[Any]:
    """Transposes one 64 x 64 matrix."""
    for distance, bits, mask in _HALVES:
        for low in range(LANES):
            if low & distance == 0:
                high = low + distance
                swap = builder.and_(builder.xor(builder.lshr(rows[low], splat(bits)), rows[high]), splat(mask))
                rows[low] = builder.xor(rows[low], builder.shl(swap, splat(bits)))
                rows[high] = builder.xor(rows[high], swap)
    return [_swap_in_bytes(builder, row) for row in rows]


def _swap_in_bytes(builder: Any, row: Any) -> Any:
    """Transposes, for each j, the 8 x 8 matrix of bit i of byte j of word k."""
    row = _transpose_bytes(builder, row)
    for bits, mask in _EIGHTHS:
        swap = builder.and_(builder.xor(row, builder.lshr(row, splat(bits))), splat(mask))
        row = builder.xor(row, builder.xor(swap, builder.shl(swap, splat(bits))))
    return _transpose_bytes(builder, row)


def _transpose_bytes(builder: Any, row: Any) -> Any:
    octets = builder.bitcast(row, _BYTES)
    turned = ir.Constant(_INDICES, [place % 8 * 8 + place // 8 for place in range(64)])
    return builder.bitcast(builder.shuffle_vector(octets, octets, turned), row.type)


def _transpose_words(builder: Any, rows: list[Any]) -> list[Any]:
    """Lane j of row i becomes lane i of row j."""
    for distance in (4, 2, 1):
        for low in range(LANES):
            if low & distance == 0:
                one, other = rows[low], rows[low + distance]
                lower = [lane if lane & distance == 0 else lane - distance + LANES for lane in range(LANES)]
                upper = [lane + distance if lane & distance == 0 else lane + LANES for lane in range(LANES)]
                rows[low] = builder.shuffle_vector(one, other, _lanes(lower))
                rows[low + distance] = builder.shuffle_vector(one, other, _lanes(upper))
    return rows


def _lanes(places: list[int]) -> Any:
    return ir.Constant(ir.VectorType(ir.IntType(32), LANES), places)


@emitted
def _transpose_matrix(builder: Any, target: Memory, to: Any, source: Memory, start: Any) -> None:
    """Transposes the matrix of 64 words from `start` on, into `target` from `to` on."""
    rows = [source.load(builder.add(start, word(LANES * row))) for row in range(LANES)]
    for number, row in enumerate(_swap_bits(builder, rows)):
        target.store(builder.add(to, word(LANES * number)), row)


@emitted
def _gather_words(builder: Any, target: Memory, to: Any, step: Any, source: Memory, start: Any) -> None:
    """Moves eight words of each of eight matrices (64 words apart) into eight rows (`step` words apart)."""
    rows = [source.load(builder.add(start, word(64 * matrix))) for matrix in range(LANES)]
    for number, row in enumerate(_transpose_words(builder, rows)):
        target.store(builder.add(to, builder.mul(step, word(number))), row)


@emitted
def _scatter_words(builder: Any, target: Memory, to: Any, source: Memory, start: Any, step: Any) -> None:
    """Moves the words of `_gather_words` back from rows to matrices."""
    rows = [source.load(builder.add(start, builder.mul(step, word(number)))) for number in range(LANES)]
    for matrix, row in enumerate(_transpose_words(builder, rows)):
        target.store(builder.add(to, word(64 * matrix)), row)


def _to_planes_loop(out: Array, x: Array) -> None:
    planes, words = out.shape
    whole = planes - planes % 8
    elements, rows = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    for first in range(0, words, 8):
        start = 64 * first
        count = min(BLOCK, x.size - start)
        for i in range(count):
            elements[i] = x[start + i]
        elements[count:] = 0
        for matrix in range(0, BLOCK, 64):
            _transpose_matrix(rows, matrix, elements, matrix)
        if first + 8 <= words:
            for plane in range(0, whole, 8):
                _gather_words(out, plane * words + first, words, rows, plane)
            written = whole
        else:
            written = 0
        for plane in range(written, planes):
            for matrix in range(min(8, words - first)):
                out[plane, first + matrix] = rows[64 * matrix + plane]


def _from_planes_loop(out: Array, x: Array) -> None:
    planes, words = x.shape
    whole = planes - planes % 8
    elements, rows = np.empty(BLOCK, np.uint64), np.zeros(BLOCK, np.uint64)
    for first in range(0, words, 8):
        if first + 8 <= words:
            for plane in range(0, whole, 8):
                _scatter_words(rows, plane, x, plane * words + first, words)
            read = whole
        else:
            read = 0
        for plane in range(read, planes):
            for matrix in range(min(8, words - first)):
                rows[64 * matrix + plane] = x[plane, first + matrix]
        for matrix in range(0, BLOCK, 64):
            _transpose_matrix(elements, matrix, rows, matrix)
        start = 64 * first
        for i in range(min(BLOCK, out.size - start)):
            out[start + i] = elements[i]


to_planes = {
    8: native(OUT_PLANES, WORDS)(_to_planes_loop),
    4: native(OUT_PLANES, WORDS32)(_to_planes_loop),
    2: native(OUT_PLANES, WORDS16)(_to_planes_loop),
}
"""Compiled functions of (out planes, elements), by the bytes of an element."""

from_planes = {
    8: native(OUT, PLANES)(_from_planes_loop),
    4: native(OUT32, PLANES)(_from_planes_loop),
    2: native(OUT16, PLANES)(_from_planes_loop),
}
"""Compiled functions of (out elements, planes), by the bytes of an element. There are at most as many planes as an
element has bits."""
