"""Calls of compiled functions as words: the address of the machine code and what lies in each argument.

A function that Numba has compiled takes, in order: where its result goes, where an exception would go, and its
arguments, an array as seven words and more (an owner and a parent, which may be nobody; the numbers of elements and of
bytes in one; the address; the shape; the distances). All are words, so that one way to call fits all: load them, and
jump. Words beyond those that a function takes are left unread where they lie, and do no harm: on x86-64 and on AArch64
the caller takes back what it laid on the stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..kernels.moves import address
from ..kernels.native import Native

Array = np.ndarray[Any, Any]

MOST_WORDS = 128
"""Of a call, those for its result and its exception among them."""

CLASSES = (32, 64, MOST_WORDS)
"""Calls load one of these numbers of words."""

OWN_WORDS = 2
"""Those for the result and the exception, before the first argument."""


class Number(int):
    """Stands for the number of the next draw where a call is recorded: a new one each time that the call is made."""


def words_of(native: Native, arguments: Sequence[Any]) -> tuple[list[int], int | None]:
    """The words of the arguments, and the place among them of a `Number`.

    Raises `TypeError` for arguments that the function does not take, and for more than one `Number`.
    """
    native.check(arguments)
    words: list[int] = []
    place = None
    for parameter, argument in zip(native.parameters, arguments, strict=True):
        if parameter is not None:
            words += (0, 0, argument.size, argument.itemsize, address(argument), *argument.shape, *argument.strides)
            continue
        if isinstance(argument, Number):
            if place is not None:
                raise TypeError(f"{native.name} is given two numbers of draws")
            place = len(words)
        words.append(int(argument))
    return words, place


def _caller(count: int) -> Any:
    @intrinsic  # type: ignore[untyped-decorator]
    def call(_typing: Any, function: Any, words: Any) -> Any:
        """The status of the function at one address, called with so many words from another address on."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            first = builder.inttoptr(arguments[1], word.as_pointer())
            loaded = [builder.load(builder.gep(first, [ir.Constant(word, place)])) for place in range(count)]
            kind = ir.FunctionType(ir.IntType(32), [word] * count)
            return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), loaded)

        return types.int32(types.int64, types.int64), generate

    return call


call_short, call_medium, call_long = map(_caller, CLASSES)
