"""How shapes and plane counts of a kernel's inputs, output and attributes hang together: one rule for each family.

A rule raises `GraphError`. The storages and the attributes' forms are checked before, by `signatures`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

from .errors import GraphError, require
from .nodes import Storage, ValueType

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a kernel."""

    inputs: tuple[ValueType, ...]
    output: ValueType
    attributes: Mapping[str, Any]


Rule = Callable[[Call], None]


def anything(call: Call) -> None:
    """The output alone says what it is."""


def identity(call: Call) -> None:
    """The output is what the input is."""
    require(call.inputs[0] == call.output, "input and output differ")


def after(call: Call) -> None:
    """The output is what the first input is."""
    require(call.inputs[0] == call.output, "input and output differ")


def elementwise(call: Call) -> None:
    """Each input has the output's size, or one element that stands for all."""
    for value in call.inputs:
        require(value.size in (call.output.size, 1), f"an input of {value.shape} for an output of {call.output.shape}")


def shift(call: Call) -> None:
    """Elementwise, by 0 to all bits of the word."""
    elementwise(call)
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.output.storage, 64)
    require(0 <= call.attributes["bits"] <= width, f"cannot shift a word of {width} bits so far")


def reduction(call: Call) -> None:
    """The output lacks the input's axis `axis`."""
    shape, axis = call.inputs[0].shape, call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    _same(call.output.shape, shape[:axis] + shape[axis + 1 :])


def along_axis(call: Call) -> None:
    """The output has the input's shape, which has an axis `axis`."""
    shape, axis = call.inputs[0].shape, call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    _same(call.output.shape, shape)


def matmul(call: Call) -> None:
    """NumPy's matrix product; leading axes broadcast."""
    _same(call.output.shape, matmul_shape(call.inputs[0].shape, call.inputs[1].shape))


def broadcasting(call: Call) -> None:
    """NumPy's broadcasting of all inputs."""
    _same(call.output.shape, broadcast_shapes([value.shape for value in call.inputs]))


def shifted(call: Call) -> None:
    """Elementwise, by a number of bits of int64."""
    broadcasting(call)
    require(0 <= call.attributes["bits"] <= 64, "an integer has 64 bits")


def scaled(call: Call) -> None:
    """Elementwise, on fixed-point numbers of `scale` fraction bits."""
    broadcasting(call)
    require(0 <= call.attributes["scale"] <= 31, "fixed point has at most 31 fraction bits")


def iota(call: Call) -> None:
    """`n` numbers."""
    _same(call.output.shape, (call.attributes["n"],))


def choosing_reduction(call: Call) -> None:
    """A reduction that picks an element, so there must be one."""
    reduction(call)
    require(call.output.size == 0 or call.inputs[0].size > 0, "an empty axis has no smallest or largest element")


def argsort(call: Call) -> None:
    """Vectors of one length, and for each a 1 if it goes down."""
    require(len(call.inputs) > 0, "takes at least one key")
    require(len(call.output.shape) == 1, "an order has one axis")
    for value in call.inputs:
        _same(value.shape, call.output.shape)
    flags = call.attributes["descending"]
    require(len(flags) == len(call.inputs) and {0, 1}.issuperset(flags), "takes a 0 or 1 for each key")


def invert(call: Call) -> None:
    """Rows for rows."""
    _same(call.inputs[0].shape, call.output.shape)
    require(len(call.output.shape) == 1, "an order has one axis")


def gather(call: Call) -> None:
    """As many rows as there are indices."""
    _same(call.output.shape, call.inputs[0].shape)
    _same(call.inputs[1].shape, call.output.shape[:1])
    require(len(call.output.shape) > 0, "a scalar has no rows")


def take_rows(call: Call) -> None:
    """A row of the first input for each place; a third is like the output."""
    source, places = call.inputs[:2]
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    _same(call.output.shape, places.shape + source.shape[1:])
    for mask in call.inputs[2:]:
        _same(mask.shape, call.output.shape)


def take_rows_of_bits(call: Call) -> None:
    """As `take_rows` on bit planes, which are told their elements: in all, and in a row."""
    source, places = call.inputs
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    _same(call.output.shape, places.shape + source.shape[1:])
    require(call.output.planes == source.planes <= 64, f"{source.planes} planes do not fit a word")
    width = call.attributes["width"]
    require(call.attributes["size"] == source.size == width * source.shape[0], "the elements are others than told")


def put_rows(call: Call) -> None:
    """A row of the output for each place, where a row of the first input goes; a third is like the output."""
    source, places = call.inputs[:2]
    require(places.is_order and len(source.shape) > 0, "rows and a vector of places are due")
    for value in (source, *call.inputs[2:]):
        _same(value.shape, call.output.shape)
    _same(places.shape, source.shape[:1])


def _digits(call: Call, tables: Sequence[ValueType], masks: Sequence[ValueType]) -> None:
    """A digit has its place in the words; tables have a row for each of its values, masks for each but the last."""
    word, bits = call.inputs[0], call.attributes["bits"]
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(word.storage, 64)
    require(len(word.shape) == 1 and 0 < bits <= 8, "digits of 1 to 8 bits in a vector of words are due")
    require(0 <= call.attributes["shift"] <= width - bits, "the digit does not lie in the word")
    for table in tables:
        _same(table.shape, (1 << bits, word.size))
    for mask in masks:
        _same(mask.shape, ((1 << bits) - 1, word.size))


def digit_mask(call: Call) -> None:
    """(words, masks): masks."""
    _digits(call, (), (call.inputs[1], call.output))


def digit_count(call: Call) -> None:
    """(words, masks, table, a word for each row): table."""
    _digits(call, (call.inputs[2], call.output), (call.inputs[1],))
    _same(call.inputs[3].shape, call.inputs[0].shape)


def digit_choice(call: Call) -> None:
    """(words, table, table): words."""
    _digits(call, call.inputs[1:], ())
    _same(call.output.shape, call.inputs[0].shape)


def digit_unit(call: Call) -> None:
    """Planes: masks."""
    (digit,) = call.inputs
    require(len(digit.shape) == 1 and 0 < digit.planes <= 8, "digits of 1 to 8 bits in a vector are due")
    _same(call.output.shape, ((1 << digit.planes) - 1, digit.size))


def digit_dot(call: Call) -> None:
    """(masks, table): a word for each row."""
    masks, table = call.inputs
    require(len(masks.shape) == 2, "masks are rows of words")
    _same(table.shape, (masks.shape[0] + 1, masks.shape[1]))
    _same(call.output.shape, masks.shape[1:])


def digit_sum(call: Call) -> None:
    """(masks, table, table, a word for each row): a word for each row."""
    masks, first, second, start = call.inputs
    require(len(masks.shape) == 2, "masks are rows of words")
    for table in (first, second):
        _same(table.shape, (masks.shape[0] + 1, masks.shape[1]))
    for value in (start, call.output):
        _same(value.shape, masks.shape[1:])


def replicated_elementwise(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): elementwise, the zero share in full."""
    elementwise(call)
    _replicated(call)


def replicated_matmul(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): NumPy's matrix product."""
    _replicated(call)
    _same(call.output.shape, matmul_shape(call.inputs[0].shape, call.inputs[2].shape))


def of_sizes(*patterns: str) -> Rule:
    """A rule from sizes, the inputs' and then the output's: a letter stands for one number, the same everywhere.

    "n" are n elements; "p*n" are p planes of n bits, or an array of p rows of n elements.
    """

    def check(call: Call) -> None:
        known: dict[str, int] = {}
        for pattern, value in zip(patterns, (*call.inputs, call.output), strict=True):
            for name, size in zip(pattern.split("*"), _sizes(value, "*" in pattern), strict=True):
                expected = int(name) if name.isdigit() else known.setdefault(name, size)
                require(size == expected, f"{size} where {expected} is due")

    return check


def truncation(*patterns: str) -> Rule:
    """As `of_sizes`, with a shift `bits` that the words which carry top bits have room for."""
    sizes = of_sizes(*patterns)

    def check(call: Call) -> None:
        sizes(call)
        narrow = {Storage.WORD16: 16, Storage.WORD32: 32}
        room = min(narrow.get(value.storage, 63) for value in call.inputs)
        require(0 < call.attributes["bits"] <= room, f"a shift of 1 to {room} bits is due")

    return check


def replicated_planes_plus(call: Call) -> None:
    """As `replicated_planes`, plus plane plus[p] of the first share."""
    replicated_planes(call)
    _check_map(call.attributes["plus"], call.inputs[0], call.output)


def replicated_planes(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): as `plane_pairs`."""
    _replicated(call)
    _plane_pairs(call, call.inputs[0], call.inputs[2])


def plane_pairs(call: Call) -> None:
    """Output plane p combines plane left[p] of the first and right[p] of the second; -1 is a plane of zeros."""
    _plane_pairs(call, *call.inputs)


def same_bits(call: Call) -> None:
    """As many planes of as many elements."""
    _same_size(call)
    require(call.inputs[0].planes == call.output.planes, "the number of planes changes")


def chosen_planes(call: Call) -> None:
    """Output plane p is plane planes[p] of the input; -1 is a plane of zeros."""
    _same_size(call)
    _check_map(call.attributes["planes"], call.inputs[0], call.output)


def stacked_planes(call: Call) -> None:
    """The output has the planes of all inputs, in order."""
    _same_size(call)
    require(sum(value.planes for value in call.inputs) == call.output.planes, "the planes do not add up")


def to_planes(call: Call) -> None:
    """The lowest `planes` bits of each element."""
    _same_size(call)
    planes = call.attributes["planes"]
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.inputs[0].storage, 64)
    require(0 <= planes <= width and planes == call.output.planes, f"{planes} planes of {width} bits")


def to_one_plane(call: Call) -> None:
    """One bit for each element."""
    _same_size(call)
    require(call.output.planes == 1, "a truth value is one plane")


def from_planes(call: Call) -> None:
    """Each element is the number that its bits spell."""
    _same_size(call)
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.output.storage, 64)
    require(call.inputs[0].planes <= width, f"{call.inputs[0].planes} planes do not fit {width} bits")


def from_one_plane(call: Call) -> None:
    """One bit for each element."""
    _same_size(call)
    require(call.inputs[0].planes == 1, "a truth value is one plane")


def broadcast(call: Call) -> None:
    """NumPy's broadcasting to `shape`."""
    source, target = call.inputs[0].shape, call.attributes["shape"]
    _same(call.output.shape, target)
    padded = (1,) * (len(target) - len(source)) + source
    fits = len(padded) == len(target) and all(a in (1, b) for a, b in zip(padded, target, strict=True))
    require(fits, f"{source} does not broadcast to {target}")


def reshape(call: Call) -> None:
    """As many elements in `shape`."""
    _same(call.output.shape, call.attributes["shape"])
    require(
        call.inputs[0].size == call.output.size, f"{call.inputs[0].shape} has another size than {call.output.shape}"
    )


def transpose(call: Call) -> None:
    """Output axis i is the input's axis permutation[i]."""
    shape, permutation = call.inputs[0].shape, call.attributes["permutation"]
    require(sorted(permutation) == list(range(len(shape))), f"{permutation} does not permute {len(shape)} axes")
    _same(call.output.shape, tuple(shape[axis] for axis in permutation))


def slice_(call: Call) -> None:
    """A range with a step on each axis."""
    _same(call.output.shape, _slice_shape(call.inputs[0].shape, call.attributes))


def concat(call: Call) -> None:
    """The inputs one after the other along `axis`."""
    require(len(call.inputs) > 0, "takes at least one input")
    axis, first = call.attributes["axis"], call.inputs[0].shape
    require(0 <= axis < len(first), f"{first} has no axis {axis}")
    rests = {value.shape[:axis] + value.shape[axis + 1 :] for value in call.inputs if len(value.shape) == len(first)}
    require(rests == {first[:axis] + first[axis + 1 :]}, "the other axes differ")
    require(all(len(value.shape) == len(first) for value in call.inputs), "the ranks differ")
    _same(call.output.shape, (*first[:axis], sum(value.shape[axis] for value in call.inputs), *first[axis + 1 :]))


def take(call: Call) -> None:
    """NumPy's take: one index array of any shape replaces the axis."""
    require(len(call.inputs) == 2, "takes two inputs")
    (shape, index), axis = (value.shape for value in call.inputs), call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    _same(call.output.shape, shape[:axis] + index + shape[axis + 1 :])


def slice_at(call: Call) -> None:
    """`sizes[k]` elements of axis `axes[k]`, from the k-th start, a scalar."""
    shape, axes, sizes = list(call.inputs[0].shape), call.attributes["axes"], call.attributes["sizes"]
    _check_starts(call.inputs[1:], axes, len(shape))
    require(len(sizes) == len(axes), "axes and sizes differ in number")
    for axis, size in zip(axes, sizes, strict=True):
        require(0 <= size <= shape[axis], f"axis {axis} has {shape[axis]} elements, not {size}")
        shape[axis] = size
    _same(call.output.shape, tuple(shape))


def update(call: Call) -> None:
    """The first input with a range on each axis replaced by the second."""
    _same(call.output.shape, call.inputs[0].shape)
    _same(call.inputs[1].shape, _slice_shape(call.inputs[0].shape, call.attributes))


def update_at(call: Call) -> None:
    """The first input with a block replaced by the second, which starts at the scalars on `axes` and at 0 on others."""
    shape, block, axes = call.inputs[0].shape, call.inputs[1].shape, call.attributes["axes"]
    _same(call.output.shape, shape)
    _check_starts(call.inputs[2:], axes, len(shape))
    require(len(block) == len(shape), f"{block} and {shape} differ in rank")
    for axis, (size, whole) in enumerate(zip(block, shape, strict=True)):
        require(size <= whole if axis in axes else size == whole, f"{block} does not fit {shape} on axis {axis}")


def on_bits(rule: Rule) -> Rule:
    """The same for BITS: `shapes` and `shape` repeat the logical shapes of the inputs in BITS and of the output."""

    def check(call: Call) -> None:
        values = [value for value in call.inputs if value.storage is Storage.BITS]
        _same(call.attributes["shapes"], tuple(value.shape for value in values))
        _same(call.attributes["shape"], call.output.shape)
        planes = {value.planes for value in values}
        require(planes <= {call.output.planes}, "the number of planes changes")
        rule(call)

    return check


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """The shape of NumPy's `left @ right`."""
    require(len(left) > 0 and len(right) > 0, "a scalar has no matrix product")
    rows, inner = (1, left[0]) if len(left) == 1 else left[-2:]
    other, columns = (right[0], 1) if len(right) == 1 else right[-2:]
    require(inner == other, f"inner sizes of {left} and {right} differ")
    batch = broadcast_shapes((left[:-2], right[:-2]))
    return batch + (rows,) * (len(left) > 1) + (columns,) * (len(right) > 1)


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """The shape to which all broadcast, by NumPy's rules."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = []
    for axis in range(-rank, 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            raise GraphError(f"{' and '.join(map(str, shapes))} do not broadcast")
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def _same(found: object, expected: object) -> None:
    require(found == expected, f"shape {found} where {expected} is due")


def _same_size(call: Call) -> None:
    for value in call.inputs:
        require(value.size == call.output.size, f"an input of {value.shape} for an output of {call.output.shape}")


def _sizes(value: ValueType, has_rows: bool) -> tuple[int, ...]:
    if value.storage is Storage.BITS:
        return (value.planes, value.size)
    if not has_rows:
        return (value.size,)
    require(len(value.shape) > 0, "rows are due")
    return (value.shape[0], prod(value.shape[1:]))


def _replicated(call: Call) -> None:
    x_mine, x_next, y_mine, y_next, zero = call.inputs
    require(x_mine == x_next and y_mine == y_next, "the two halves of a replicated share differ")
    require(zero == call.output, "the zero share is not like the output")


def _plane_pairs(call: Call, left: ValueType, right: ValueType) -> None:
    _same_size(call)
    for name, value in (("left", left), ("right", right)):
        chosen = call.attributes.get(name)
        if chosen is None:
            require(value.planes == call.output.planes, f"{value.planes} planes for {call.output.planes}")
        else:
            _check_map(chosen, value, call.output)


def dot(call: Call) -> None:
    """Output plane p is plane p of the third input, XORed with the ANDs of its pairs of planes; -1 stands for ones.

    The pairs of plane p are those of `left` and `right` from ends[p - 1] to ends[p].
    """
    first, second, start = call.inputs
    _same_size(call)
    require(start.planes == call.output.planes, "the start has other planes than the output")
    left, right, ends = (call.attributes[name] for name in ("left", "right", "ends"))
    require(len(left) == len(right), "left and right differ in length")
    require(len(ends) == call.output.planes, f"{len(ends)} ends for {call.output.planes} planes")
    require(all(a <= b for a, b in pairwise((0, *ends, len(left)))), "the ends do not ascend")
    for chosen, value in ((left, first), (right, second)):
        _check_planes(chosen, value)


def dot_from_nothing(call: Call) -> None:
    """As `dot`, from planes of zeros."""
    dot(Call((*call.inputs, call.output), call.output, call.attributes))


def bit_products(call: Call) -> None:
    """Output plane p is the AND of the bits left[p] and right[p] of the input, or of its negative."""
    _same_size(call)
    left, right = call.attributes["left"], call.attributes["right"]
    require(len(left) == len(right) == call.output.planes, f"not {call.output.planes} pairs of bits")
    require(all(0 <= bit < 64 for bit in (*left, *right)), "a bit outside of the word")


def numbers_of_planes(call: Call) -> None:
    """An element for each bit, plane by plane."""
    (planes,) = call.inputs
    require(call.output.size == planes.size * planes.planes, "the output has not an element for each bit")


def _check_map(chosen: Sequence[int], source: ValueType, output: ValueType) -> None:
    require(len(chosen) == output.planes, f"{len(chosen)} planes chosen for {output.planes}")
    _check_planes(chosen, source)


def _check_planes(chosen: Sequence[int], source: ValueType) -> None:
    sound = not chosen or (min(chosen) >= -1 and max(chosen) < source.planes)
    require(sound, f"a plane chosen outside the {source.planes}")


def _check_starts(starts: Sequence[ValueType], axes: Sequence[int], rank: int) -> None:
    require(len(starts) == len(axes) == len(set(axes)), "takes one start for each of its axes")
    require(all(0 <= axis < rank for axis in axes), f"{tuple(axes)} are not axes of {rank}")
    require(all(value.size == 1 for value in starts), "a start is one number")


def _slice_shape(shape: Shape, ranges: Mapping[str, Any]) -> Shape:
    starts, stops, steps = ranges["starts"], ranges["stops"], ranges["steps"]
    require(len(starts) == len(stops) == len(steps) == len(shape), f"takes one range for each axis of {shape}")
    require(0 not in steps, "a step is not 0")
    spans = zip(starts, stops, steps, shape, strict=True)
    return tuple(len(range(*slice(start, stop, step).indices(size))) for start, stop, step, size in spans)
