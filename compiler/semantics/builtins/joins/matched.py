"""What a join gives, before its columns get their names in the result."""

from dataclasses import dataclass

from ....ir.program import Value


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The columns of both tables on the rows of the result. They are zero where a row has no partner.

    Each table's own columns of `on` are among them. In `a` they hold the key of every row. `valid` is None if all rows
    are valid.
    """

    a: dict[str, Value]
    b: dict[str, Value]
    in_a: Value
    in_b: Value
    rows: int
    valid: Value | None
