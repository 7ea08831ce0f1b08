"""The group of private matching: Curve25519, with points as u-coordinates, in batches.

Points and field elements are rows of 32 bytes, little-endian (RFC 7748, section 5): uint8[n, 32]. Two implementations
give the same bytes: `vector` where the CPU has AVX-512 IFMA, `portable` elsewhere or with TACIT_PORTABLE=1. Threads may
share either implementation. While `vector` runs, other threads may run Python.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..features import host_features, may_use
from ..native import Native
from . import portable as curve_portable
from .portable import BYTES
from .vector import map_to_curve as map_vectors
from .vector import multiply_points

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Implementation:
    """`multiply(scalar, points)` and `map_to_curve(elements)`, as the functions of the same names say."""

    multiply: Callable[[bytes, Array], Array]
    map_to_curve: Callable[[Array], Array]
    needs: tuple[Native, ...] = ()


def multiply(scalar: bytes, points: Array) -> Array:
    """Every point times one scalar, which is clamped first: X25519 of RFC 7748, in constant time.

    A clamped scalar is a multiple of 8, so the product has no part of small order. A result is all zeros exactly where
    the point itself is of small order. Whoever gets points from others must look for zeros.
    """
    return CURVE.multiply(clamped(scalar), points)


def map_to_curve(elements: Array) -> Array:
    """Points of the curve, never of its twist, from elements of the field (255 bits; the top bit is ignored).

    This is Elligator 2 of RFC 9380, section 6.7.1. The map reaches half of all points. Exactly two elements, r and -r,
    go to each of these. Points still have a part of small order; `multiply` removes it.
    """
    return CURVE.map_to_curve(elements)


def clamped(scalar: bytes) -> bytes:
    """`decodeScalar25519` of RFC 7748: a multiple of 8 whose highest bit is bit 254. Raises `ValueError` for other
    sizes than 32 bytes."""
    if len(scalar) != BYTES:
        raise ValueError(f"a scalar has {BYTES} bytes, not {len(scalar)}")
    return bytes([scalar[0] & 0xF8, *scalar[1:-1], scalar[-1] & 0x7F | 0x40])


def has_zeros(points: Array) -> bool:
    """Whether any point is all zeros, which comes from a point of small order and hides nothing."""
    return not bool(np.all(np.any(points.view(np.uint64), axis=1)))


def is_vectorised(environment: Mapping[str, str], features: Mapping[str, bool]) -> bool:
    """Whether `VECTOR` may run on a machine with this environment and these features."""
    return may_use(environment, features, ("avx512f", "avx512dq", "avx512ifma"))


def _multiply_vectors(scalar: bytes, points: Array) -> Array:
    out = np.empty((len(points), BYTES), np.uint8)
    multiply_points.run(_words(out), _words(points), _turns(scalar))
    return out


def _turns(scalar: bytes) -> Array:
    """The scalar as `multiply_points` takes it: each bit's XOR with the bit above it, high to low."""
    bits = np.unpackbits(np.frombuffer(scalar, np.uint8), bitorder="little").astype(np.uint64)
    return np.ascontiguousarray((bits[:-1] ^ bits[1:])[::-1])


def _map_vectors(elements: Array) -> Array:
    out = np.empty((len(elements), BYTES), np.uint8)
    map_vectors.run(_words(out), _words(elements))
    return out


def _words(rows: Array) -> Array:
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint64)


VECTOR = Implementation(_multiply_vectors, _map_vectors, (multiply_points, map_vectors))
PORTABLE = Implementation(curve_portable.multiply, curve_portable.map_to_curve)

CURVE = VECTOR if is_vectorised(os.environ, host_features()) else PORTABLE
"""The implementation for this machine."""
