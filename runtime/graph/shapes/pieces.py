"""Shapes of the kernels `pieces.*`: n elements, a table of r rows for p pieces, and d powers. p is a power of two.

For each element there are p + d numbers side by side, which tell of one summand. There are r + d results, each of which
is a row of n elements.
"""

from math import prod

from ..calls import Call
from ..errors import require


def mask(call: Call) -> None:
    """(x_0, x_1, stream): n elements twice, and p + d numbers for each element."""
    first, second, stream = call.inputs
    require(first == second, "the two components differ in shape")
    require(stream == call.output, "the stream is not like the output")
    require(stream.shape[:-1] == first.shape and len(stream.shape) > 0, "numbers for each element are due")
    pieces = call.attributes["pieces"]
    _check_digit(call, pieces)
    require(stream.shape[-1] >= pieces, f"less than {pieces} numbers for an element")


def products(call: Call) -> None:
    """(b, table, numbers, and rows of results once or twice): rows of results."""
    b, table, numbers, *rows = call.inputs
    require(len(table.shape) == 2, "the table is no matrix")
    _check_digit(call, table.shape[1])
    require(numbers.shape[:-1] == b.shape and len(numbers.shape) > 0, "numbers for each element are due")
    degree = numbers.shape[-1] - table.shape[1]
    require(0 <= degree <= 16, f"{degree} powers")
    for row in (*rows, call.output):
        require(row.shape == (table.shape[0] + degree, *b.shape), f"results of {row.shape}")


def evaluation(call: Call) -> None:
    """(mine, next, zero): d + 1 rows of coefficients and d rows of powers, in two parts; a zero share of the output."""
    mine, following, zero = call.inputs
    require(mine == following, "the two parts of a summand differ")
    require(zero == call.output, "the zero share is not like the output")
    require(len(mine.shape) > 0 and mine.shape[0] % 2 == 1, "an odd number of rows is due")
    require(prod(mine.shape[1:]) == zero.size, f"rows of {mine.shape} for {zero.shape}")


def _check_digit(call: Call, pieces: int) -> None:
    low = call.attributes["low"]
    require(pieces > 0 and pieces & (pieces - 1) == 0, f"{pieces} pieces are no power of two")
    require(low > 0 and low + pieces.bit_length() - 1 <= 64, f"no digit of {pieces} values at bit {low}")
