"""Vector registers of eight uint64 for kernels that Numba's loops cannot express: LLVM code on pointers into arrays.

This file has only what several of these kernels share. LLVM splits the registers where the CPU has narrower ones.
Numba's cache on disk looks at the file of a kernel, not at this file, so whoever changes what is emitted here must
touch the kernels' files.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 8
WORD = ir.IntType(64)
VECTOR = ir.VectorType(WORD, LANES)
_OCTET = ir.IntType(8)
_MASK = ir.VectorType(ir.IntType(1), LANES)


class Memory:
    """Loads and stores of registers at element offsets of one array."""

    def __init__(self, builder: Any, pointer: Any) -> None:
        self._builder = builder
        self._pointer = pointer

    def load(self, offset: Any) -> Any:
        """The eight elements from `offset` on."""
        loaded = self._builder.load(self._address(offset))
        loaded.align = 8
        return loaded

    def store(self, offset: Any, register: Any) -> None:
        """Writes the eight elements from `offset` on."""
        self._builder.store(register, self._address(offset)).align = 8

    def element(self, offset: Any) -> Any:
        """The element at `offset`."""
        return self._builder.load(self._builder.gep(self._pointer, [offset]))

    def mask(self, offset: Any, octet: int) -> Any:
        """Byte `octet` of the element at `offset`: a bit for each lane of a register."""
        octets = self._builder.bitcast(self._builder.gep(self._pointer, [offset]), _OCTET.as_pointer())
        loaded = self._builder.load(self._builder.gep(octets, [word(octet)]))
        return self._builder.bitcast(loaded, _MASK)

    def _address(self, offset: Any) -> Any:
        return self._builder.bitcast(self._builder.gep(self._pointer, [offset]), VECTOR.as_pointer())


def word(value: int) -> Any:
    """A constant uint64."""
    return ir.Constant(WORD, value)


def splat(value: int) -> Any:
    """A register with the same constant in each lane."""
    return ir.Constant(VECTOR, [value] * LANES)


def spread(builder: Any, value: Any) -> Any:
    """A register with the same uint64 in each lane."""
    undefined, first = ir.Constant(VECTOR, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(undefined, value, first)
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def emitted(emit: Callable[..., None]) -> Any:
    """A function for kernels to call, made from a function that emits its code.

    `emit(builder, *arguments)` gets arrays as `Memory` and integers as 64-bit LLVM values.
    """

    @wraps(emit)  # whose signature Numba reads: its first parameter takes the place of the typing context
    def declare(_context: Any, *kinds: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            def argument(kind: Any, value: Any) -> Any:
                if isinstance(kind, types.Array):
                    return Memory(builder, context.make_array(kind)(context, builder, value).data)
                return context.cast(builder, value, kind, types.int64)

            emit(builder, *(argument(kind, value) for kind, value in zip(signature.args, values, strict=True)))
            return context.get_dummy_value()

        return types.void(*kinds), generate

    return intrinsic(declare)
