"""Operations that move elements. They work on each part of a share alone, whatever its kind."""

from ..rules.expansion import Wire
from ..rules.linear import Linear
from ..rules.rows import Rows
from ..rules.shares import Arithmetic, Boolean, Clear, Share
from ..rules.use import Use

MOVES = ("broadcast", "reshape", "transpose", "slice", "concat", "take", "slice_at", "update", "update_at")
INDEXED = {"take": 1, "slice_at": 1, "update_at": 2}
"""For each operation that takes public places: the first operand that is one."""


def move(use: Use[Linear]) -> Share:
    """The result of the kernel with the operation's name and attributes, on each part. No round."""
    data: list[Arithmetic | Boolean] = []
    places: list[Wire] = []
    end = INDEXED.get(use.operation.name, len(use.operands))
    for operand in use.operands[:end]:
        if isinstance(operand, Clear | Rows):
            raise TypeError(f"{use.operation.name} takes shares")
        data.append(operand)
    for operand in use.operands[end:]:
        places += operand.parts
    planes = use.planes
    if all(isinstance(operand, Boolean) for operand in data):
        whole = [_widened(use, operand, planes) for operand in data if isinstance(operand, Boolean)]
        return use.p.map(use.operation.name, use.shape, *whole, indices=places, **use.operation.attributes)
    numbers = [operand for operand in data if isinstance(operand, Arithmetic)]
    return use.p.map(use.operation.name, use.shape, *numbers, indices=places, **use.operation.attributes)


def _widened(use: Use[Linear], x: Boolean, planes: int) -> Boolean:
    """x in so many planes: integers of several widths may meet in one array, which is as wide as the widest."""
    return use.p.planes(x, tuple(min(plane, x.planes - 1) for plane in range(planes)))
