"""Operations that move elements: on each part of a share alone, whatever its kind."""

from ..rules.expansion import Wire
from ..rules.linear import Linear
from ..rules.rows import Rows
from ..rules.shares import Arithmetic, Boolean, Clear, Share
from ..rules.use import Use

MOVES = ("broadcast", "reshape", "transpose", "slice", "concat", "take", "slice_at", "update", "update_at")
INDEXED = {"take": 1, "slice_at": 1, "update_at": 2}
"""From this operand on, operands are public places."""


def move(use: Use[Linear]) -> Share:
    """The kernel of the same name and attributes."""
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
    """Integers of several widths may meet in one array, as wide as the widest."""
    return use.p.planes(x, tuple(min(plane, x.planes - 1) for plane in range(planes)))
