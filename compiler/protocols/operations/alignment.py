"""`align` puts a side's columns into the order of the joined rows. In: a column that its owner knows. Out: shares.

`runtime.alignment.base` describes the two permutations and who holds them. They are inputs of the graph, once for each
side, whatever the number of its columns.
"""

from ....runtime.graph.nodes import ValueType
from ..rules.joins import Joins
from ..rules.linear import Linear
from ..rules.shares import Arithmetic, Boolean, Clear
from ..rules.sides import Side
from ..rules.use import Use


def numbers(use: Use[Joins]) -> Arithmetic:
    """The joined rows of a column as an arithmetic share. Rounds are those of the protocol's `align`."""
    side, value = _side(use), _ordered(use)
    if side.is_own:
        return use.p.share(_first_rows(use, value))
    return use.p.align(value, side)


def planes(use: Use[Joins]) -> Boolean:
    """The joined rows of a column as a boolean share. Rounds are those of the protocol's `align_bits`."""
    side, value = _side(use), _ordered(use)
    if side.is_own:
        return use.p.share_bits(_first_rows(use, value), use.planes)
    return use.p.align_bits(value, use.planes, side)


def _side(use: Use[Linear]) -> Side:
    number, roles = use.attribute("side"), use.p.g.roles
    owner, other = (roles[use.attribute("owners")[side]] for side in (number, 1 - number))
    return Side(use.attribute("join"), number, owner, other, use.attribute("counts")[number], use.attribute("rows"))


def _ordered(use: Use[Joins]) -> Clear:
    """The column in the secret order that its owner has drawn. A public column is treated as if it were the owner's."""
    (value,) = use.operands
    assert isinstance(value, Clear)
    side, g = _side(use), use.p.g
    order = use.p.permutations.order(side)
    mine = g.kept_at(value.wire, (side.owner,))
    return Clear(g.local("clear.take", mine.type, mine, order, axis=0))


def _first_rows(use: Use[Linear], value: Clear) -> Clear:
    """The first rows, which are wanted, of a column that is in the order of the joined rows."""
    rank = len(use.shape)
    kind = ValueType(value.wire.type.storage, use.shape)
    attributes = {"starts": (0,) * rank, "stops": use.shape, "steps": (1,) * rank}
    return Clear(use.p.g.local("clear.slice", kind, value.wire, **attributes))
