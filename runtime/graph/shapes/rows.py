"""How rows, their orders and places, and the digits by which they are sorted must fit together: one rule for each
family of kernels."""

from collections.abc import Sequence

from ..calls import Call, same
from ..errors import require
from ..nodes import Storage, ValueType


def gather(call: Call) -> None:
    """The output has the input's shape, and as many rows as there are indices."""
    same(call.output.shape, call.inputs[0].shape)
    same(call.inputs[1].shape, call.output.shape[:1])
    require(len(call.output.shape) > 0, "a scalar has no rows")


def copies(call: Call) -> None:
    """As many rows as there are indices, and no fewer than those of the first input."""
    source, rows = call.inputs
    require(len(source.shape) > 0, "a scalar has no rows")
    same(rows.shape, call.output.shape[:1])
    same(source.shape[1:], call.output.shape[1:])
    require(source.shape[0] <= rows.shape[0], "there are as many places as rows, or more")


def invert(call: Call) -> None:
    """An order for an order of the same length."""
    same(call.inputs[0].shape, call.output.shape)
    require(len(call.output.shape) == 1, "an order has one axis")


def argsort(call: Call) -> None:
    """Vectors of one length; `descending` has a 1 for each that goes down, else a 0."""
    require(len(call.inputs) > 0, "takes at least one key")
    require(len(call.output.shape) == 1, "an order has one axis")
    for value in call.inputs:
        same(value.shape, call.output.shape)
    flags = call.attributes["descending"]
    require(len(flags) == len(call.inputs) and {0, 1}.issuperset(flags), "takes a 0 or 1 for each key")


def take_rows(call: Call) -> None:
    """(rows, places): a row of the first input for each place. A third input has the output's shape."""
    source, places = call.inputs[:2]
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    same(call.output.shape, places.shape + source.shape[1:])
    for mask in call.inputs[2:]:
        same(mask.shape, call.output.shape)


def take_rows_of_bits(call: Call) -> None:
    """As `take_rows` on bit planes. The attributes tell how many elements there are in all (`size`) and in a row
    (`width`)."""
    source, places = call.inputs
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    same(call.output.shape, places.shape + source.shape[1:])
    require(call.output.planes == source.planes <= 64, f"{source.planes} planes do not fit a word")
    width = call.attributes["width"]
    require(call.attributes["size"] == source.size == width * source.shape[0], "the elements are others than told")


def put_rows(call: Call) -> None:
    """(rows, places): each row of the first input goes to its place in the output. A third input has the output's
    shape."""
    source, places = call.inputs[:2]
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    for value in (source, *call.inputs[2:]):
        same(value.shape, call.output.shape)
    same(places.shape, source.shape[:1])


def digit_mask(call: Call) -> None:
    """(words, masks): masks."""
    _digits(call, (), (call.inputs[1], call.output))


def digit_count(call: Call) -> None:
    """(words, masks, table, a word for each row): table."""
    _digits(call, (call.inputs[2], call.output), (call.inputs[1],))
    same(call.inputs[3].shape, call.inputs[0].shape)


def digit_choice(call: Call) -> None:
    """(words, table, table): words."""
    _digits(call, call.inputs[1:], ())
    same(call.output.shape, call.inputs[0].shape)


def digit_unit(call: Call) -> None:
    """Planes: masks."""
    (digit,) = call.inputs
    require(len(digit.shape) == 1 and 0 < digit.planes <= 8, "digits of 1 to 8 bits in a vector are due")
    same(call.output.shape, ((1 << digit.planes) - 1, digit.size))


def digit_dot(call: Call) -> None:
    """(masks, table): a word for each row."""
    masks, table = call.inputs
    require(len(masks.shape) == 2, "masks are rows of words")
    same(table.shape, (masks.shape[0] + 1, masks.shape[1]))
    same(call.output.shape, masks.shape[1:])


def digit_sum(call: Call) -> None:
    """(masks, table, table, a word for each row): a word for each row."""
    masks, first, second, start = call.inputs
    require(len(masks.shape) == 2, "masks are rows of words")
    for table in (first, second):
        same(table.shape, (masks.shape[0] + 1, masks.shape[1]))
    for value in (start, call.output):
        same(value.shape, masks.shape[1:])


def _digits(call: Call, tables: Sequence[ValueType], masks: Sequence[ValueType]) -> None:
    """The digit lies in the words. Tables have a row for each value of the digit, masks a row for each but the last."""
    word, bits = call.inputs[0], call.attributes["bits"]
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(word.storage, 64)
    require(len(word.shape) == 1 and 0 < bits <= 8, "digits of 1 to 8 bits in a vector of words are due")
    require(0 <= call.attributes["shift"] <= width - bits, "the digit does not lie in the word")
    for table in tables:
        same(table.shape, (1 << bits, word.size))
    for mask in masks:
        same(mask.shape, ((1 << bits) - 1, word.size))
