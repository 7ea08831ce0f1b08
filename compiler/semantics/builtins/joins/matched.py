"""What a join gives before its columns have their names in the result."""

from dataclasses import dataclass

from ....ir.program import Value


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The columns of both tables on the rows of the result, zero where a row has no partner; each table's own columns
    of `on` among them, of which those of `a` hold the key of every row. `valid` is None where all rows are valid.
    """

    a: dict[str, Value]
    b: dict[str, Value]
    in_a: Value
    in_b: Value
    rows: int
    valid: Value | None
