"""Calls of compiled functions as words: the address of the machine code, and the words of each argument.

A function that Numba has compiled takes, in order: where its result goes, where an exception would go, and its
arguments. An array is seven words or more: an owner and a parent, which may be nobody; the number of elements; the
bytes of an element; the address; the shape; the strides. Everything is a word, so one way to call fits every function:
load the words, and jump. A function ignores words beyond those that it takes. They do no harm, because on x86-64 and
on AArch64 the caller takes back what it laid on the stack.
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
"""The most words of a call, with those for its result and its exception."""

CLASSES = (32, 64, MOST_WORDS)
"""A call loads one of these numbers of words, the first that is enough."""

OWN_WORDS = 2
"""The words for the result and the exception, before the first argument."""


class Number(int):
    """Stands in a recorded call for the number of the next draw. The number is a new one each time the call is made."""


def words_of(native: Native, arguments: Sequence[Any]) -> tuple[list[int], int | None]:
    """The words of the arguments, and the place of a `Number` among them; None where no argument is one.

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
        """Calls the function at the address `function` with the words from the address `words` on; gives its status."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            first = builder.inttoptr(arguments[1], word.as_pointer())
            loaded = [builder.load(builder.gep(first, [ir.Constant(word, place)])) for place in range(count)]
            kind = ir.FunctionType(ir.IntType(32), [word] * count)
            return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), loaded)

        return types.int32(types.int64, types.int64), generate

    return call


call_short, call_medium, call_long = map(_caller, CLASSES)
