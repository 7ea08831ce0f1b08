"""AES-128 in counter mode by LLVM's 512-bit AES instructions (VAES), 16 blocks in flight: 30 GB/s on one core.

Only for CPUs with VAES and AVX-512: see `aes.is_vectorised`. A zero share is the difference of two streams, and takes
one pass over the output.
"""

from enum import Enum
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic

from ..kernels.moves import words_at
from ..kernels.native import INDICES, INT, OUT, WORDS, Native, native
from ..kernels.vectors import LANES, VECTOR, Memory, word

Array = np.ndarray[Any, Any]

ROUNDS = 10
_REGISTERS = 4  # in flight, of four blocks each: one AES round's latency over its throughput


class Combination(Enum):
    """How two streams become one: by XOR, or by subtracting elements of so many bits."""

    XOR = 0
    SUBTRACT64 = 64
    SUBTRACT32 = 32
    SUBTRACT16 = 16


def _declared(module: Any, name: str, arguments: list[Any]) -> Any:
    return module.globals.get(name) or ir.Function(module, ir.FunctionType(VECTOR, arguments), name)


def _encrypted_counters(builder: Any, keys: Memory, draw: Any, counter: Any) -> list[Any]:
    """The registers that hold the next 16 blocks. `keys` holds each round key as often as a register has blocks."""
    middle = _declared(builder.module, "llvm.x86.aesni.aesenc.512", [VECTOR, VECTOR])
    final = _declared(builder.module, "llvm.x86.aesni.aesenclast.512", [VECTOR, VECTOR])
    swap = _declared(builder.module, "llvm.bswap.v8i64", [VECTOR])

    pair = ir.Constant(VECTOR, ir.Undefined)
    for lane in range(LANES):
        pair = builder.insert_element(pair, counter if lane % 2 else draw, ir.Constant(ir.IntType(32), lane))
    first = keys.load(word(0))
    states = []
    for register in range(_REGISTERS):
        offsets = [(register * LANES + lane) // 2 if lane % 2 else 0 for lane in range(LANES)]
        block = builder.call(swap, [builder.add(pair, ir.Constant(VECTOR, offsets))])
        states.append(builder.xor(block, first))
    for number in range(1, ROUNDS):
        key = keys.load(word(LANES * number))
        states = [builder.call(middle, [state, key]) for state in states]
    last = keys.load(word(LANES * ROUNDS))
    return [builder.call(final, [state, last]) for state in states]


def _combine(builder: Any, how: Combination, left: Any, right: Any) -> Any:
    if how is Combination.XOR:
        return builder.xor(left, right)
    lanes = ir.VectorType(ir.IntType(how.value), 512 // how.value)
    difference = builder.sub(builder.bitcast(left, lanes), builder.bitcast(right, lanes))
    return builder.bitcast(difference, VECTOR)


def _store(builder: Any, out: Memory, offset: Any, registers: list[Any]) -> None:
    for number, register in enumerate(registers):
        out.store(builder.add(offset, word(LANES * number)), register)


def _memory(context: Any, builder: Any, kind: Any, array: Any) -> Memory:
    return Memory(builder, context.make_array(kind)(context, builder, array).data)


@intrinsic  # type: ignore[untyped-decorator]
def _blocks(_typing: Any, out: Any, offset: Any, keys: Any, draw: Any, counter: Any) -> Any:
    """Writes 16 blocks at out[offset:]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, offset, keys, draw, counter = arguments
        states = _encrypted_counters(builder, _memory(context, builder, signature.args[2], keys), draw, counter)
        _store(builder, _memory(context, builder, signature.args[0], out), offset, states)
        return context.get_dummy_value()

    return types.void(out, types.int64, keys, types.uint64, types.uint64), generate


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def _combined_blocks(
    _typing: Any, out: Any, offset: Any, plus: Any, minus: Any, draw: Any, counter: Any, how: Any
) -> Any:
    """Writes 16 blocks of one key combined with 16 blocks of another; `how` is the number of a `Combination`."""
    combination = Combination(how.literal_value)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, offset, plus, minus, draw, counter, _ = arguments
        left, right = (
            _encrypted_counters(builder, _memory(context, builder, signature.args[at], keys), draw, counter)
            for at, keys in ((2, plus), (3, minus))
        )
        states = [_combine(builder, combination, one, other) for one, other in zip(left, right, strict=True)]
        _store(builder, _memory(context, builder, signature.args[0], out), offset, states)
        return context.get_dummy_value()

    return types.void(out, types.int64, plus, minus, types.uint64, types.uint64, how), generate


STEP = 32
"""How many words one pass of the inner loop makes: 16 blocks."""


@native(OUT, WORDS, INT, INT)
def fill_stream(out: Array, keys: Array, draw: int, block: int) -> None:
    """Fills `out` with the stream of `draw` from `block` on. `keys` are from `vector_keys`."""
    number, counter = np.uint64(draw), np.uint64(block)
    whole = out.size - out.size % STEP
    for offset in range(0, whole, STEP):
        _blocks(out, offset, keys, number, counter)
        counter += np.uint64(STEP // 2)
    if whole < out.size:
        rest = np.empty(STEP, np.uint64)
        _blocks(rest, 0, keys, number, counter)
        out[whole:] = rest[: out.size - whole]


def _combined_kernel(how: int) -> Native:
    """The kernel for one `Combination`. Numba's cache on disk tells closures over numbers apart, not over functions."""

    def fill_combined(out: Array, plus: Array, minus: Array, draw: int, block: int) -> None:
        number, counter = np.uint64(draw), np.uint64(block)
        whole = out.size - out.size % STEP
        for offset in range(0, whole, STEP):
            _combined_blocks(out, offset, plus, minus, number, counter, how)
            counter += np.uint64(STEP // 2)
        if whole < out.size:
            rest = np.empty(STEP, np.uint64)
            _combined_blocks(rest, 0, plus, minus, number, counter, how)
            out[whole:] = rest[: out.size - whole]

    return native(OUT, WORDS, WORDS, INT, INT)(fill_combined)


fill_combined = {how: _combined_kernel(how.value) for how in Combination}
"""For each combination a kernel like `fill_stream`, which fills `out` with two keys' streams combined."""


FIELDS = 5
"""How many numbers describe a draw in a batch: the addresses of the output, of its keys and of the keys to combine it
with; the output's length in words; and the number of the `Combination`, -1 for a plain stream."""


@native(INDICES, INT)
def fill_batch(draws: Array, first: int) -> None:
    """Makes small draws in one call, numbered in their order from `first`.

    Writes what `fill_stream` and `fill_combined` would write, in whole words. The caller keeps the memory of the
    addresses alive.
    """
    plus, minus = np.empty(STEP, np.uint64), np.empty(STEP, np.uint64)
    plus32, minus32 = plus.view(np.uint32), minus.view(np.uint32)
    plus16, minus16 = plus.view(np.uint16), minus.view(np.uint16)
    for draw in range(draws.size // FIELDS):
        target, key, other, words, how = draws[FIELDS * draw : FIELDS * (draw + 1)]
        out, keys = carray(words_at(target), words), carray(words_at(key), LANES * (ROUNDS + 1))
        number, counter = np.uint64(first + draw), np.uint64(0)
        for offset in range(0, words, STEP):
            _blocks(plus, 0, keys, number, counter)
            if how >= 0:
                _blocks(minus, 0, carray(words_at(other), LANES * (ROUNDS + 1)), number, counter)
            if how == 0:
                for index in range(STEP):
                    plus[index] ^= minus[index]
            elif how == 64:
                for index in range(STEP):
                    plus[index] -= minus[index]
            elif how == 32:
                for index in range(2 * STEP):
                    plus32[index] -= minus32[index]
            elif how == 16:
                for index in range(4 * STEP):
                    plus16[index] -= minus16[index]
            for index in range(min(STEP, words - offset)):
                out[offset + index] = plus[index]
            counter += np.uint64(STEP // 2)


def vector_keys(round_keys: Array) -> Array:
    """The round keys, uint64[11, 2], as a vector with each key as often as a register has blocks."""
    return np.tile(round_keys, (1, LANES // 2)).reshape(-1)
