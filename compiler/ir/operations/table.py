"""The operations of the IR, one row each. To add an operation, add a row to a family beside this file.

Attributes are complete: `build` fills in defaults and `verify` checks their kinds. So readers may index them.
"""

from ..program import Operation
from ..types import ROWS
from .arithmetic import ARITHMETIC
from .bits import BIT_OPERATIONS
from .division import DIVISION
from .effects import EFFECTS
from .functions import FUNCTIONS
from .order import ORDER
from .reductions import REDUCTIONS
from .row import OperationRow, Trait
from .sources import SOURCES
from .structure import STRUCTURE
from .typing import OperationTypeError, Types

OPERATIONS: dict[str, OperationRow] = {
    **SOURCES,
    **STRUCTURE,
    **ARITHMETIC,
    **DIVISION,
    **BIT_OPERATIONS,
    **FUNCTIONS,
    **REDUCTIONS,
    **ORDER,
    **EFFECTS,
}


def row_of(operation: Operation) -> OperationRow:
    """The row of an operation."""
    return OPERATIONS[operation.name]


def check_rows(row: OperationRow, types: Types) -> None:
    """Raises OperationTypeError if ROWS stand where the operation takes numbers."""
    if not row.has(Trait.ROWS) and any(type.element == ROWS for type in types):
        raise OperationTypeError("where rows come from is no number", "an array", str(ROWS))
