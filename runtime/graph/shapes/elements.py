"""How the shapes of a kernel's inputs, output and attributes must fit together: one rule for each family of kernels.

A rule gets one call of a kernel and raises `GraphError` unless what its docstring says holds.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from ..calls import Call, Rule, same, same_halves
from ..errors import GraphError, require
from ..nodes import Storage, ValueType

Shape = tuple[int, ...]


def anything(call: Call) -> None:
    """Any output will do."""


def identity(call: Call) -> None:
    """The output has the input's type."""
    require(call.inputs[0] == call.output, "input and output differ")


def after(call: Call) -> None:
    """The output has the first input's type."""
    require(call.inputs[0] == call.output, "input and output differ")


def elementwise(call: Call) -> None:
    """Each input has as many elements as the output, or one element that stands for all."""
    for value in call.inputs:
        require(value.size in (call.output.size, 1), f"an input of {value.shape} for an output of {call.output.shape}")


def shift(call: Call) -> None:
    """Elementwise, by 0 bits up to the whole word."""
    elementwise(call)
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.output.storage, 64)
    require(0 <= call.attributes["bits"] <= width, f"cannot shift a word of {width} bits so far")


def reduction(call: Call) -> None:
    """The output has the input's shape without the axis `axis`."""
    shape, axis = call.inputs[0].shape, call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    same(call.output.shape, shape[:axis] + shape[axis + 1 :])


def along_axis(call: Call) -> None:
    """The output has the input's shape, which has an axis `axis`."""
    shape, axis = call.inputs[0].shape, call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    same(call.output.shape, shape)


def matmul(call: Call) -> None:
    """NumPy's matrix product. Leading axes broadcast."""
    same(call.output.shape, matmul_shape(call.inputs[0].shape, call.inputs[1].shape))


def broadcasting(call: Call) -> None:
    """NumPy's broadcasting of all inputs."""
    same(call.output.shape, broadcast_shapes([value.shape for value in call.inputs]))


def shifted(call: Call) -> None:
    """Elementwise, by 0 to 64 bits."""
    broadcasting(call)
    require(0 <= call.attributes["bits"] <= 64, "an integer has 64 bits")


def scaled(call: Call) -> None:
    """Elementwise, on fixed-point numbers of `scale` fraction bits."""
    broadcasting(call)
    require(0 <= call.attributes["scale"] <= 31, "fixed point has at most 31 fraction bits")


def rescaled(call: Call) -> None:
    """Elementwise, from fixed-point numbers of `scale` fraction bits to such of `result_scale`."""
    broadcasting(call)
    require(0 <= call.attributes["scale"] <= 62, "a number of the ring has at most 62 fraction bits")
    require(0 <= call.attributes["result_scale"] <= 31, "fixed point has at most 31 fraction bits")


def iota(call: Call) -> None:
    """The output has `n` numbers."""
    same(call.output.shape, (call.attributes["n"],))


def choosing_reduction(call: Call) -> None:
    """A reduction that picks an element, so there must be one."""
    reduction(call)
    require(call.output.size == 0 or call.inputs[0].size > 0, "an empty axis has no smallest or largest element")


def cross_elementwise(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): elementwise, with a zero share for each element of the output."""
    elementwise(call)
    same_halves(call)


def cross_matmul(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): NumPy's matrix product."""
    same_halves(call)
    same(call.output.shape, matmul_shape(call.inputs[0].shape, call.inputs[2].shape))


def of_sizes(*patterns: str) -> Rule:
    """A rule from patterns of sizes, the inputs' and then the output's. A letter stands for the same number everywhere.

    "n" means n elements; "p*n" means p planes of n bits, or an array of p rows of n elements each.
    """

    def check(call: Call) -> None:
        known: dict[str, int] = {}
        for pattern, value in zip(patterns, (*call.inputs, call.output), strict=True):
            for name, size in zip(pattern.split("*"), _sizes(value, "*" in pattern), strict=True):
                expected = int(name) if name.isdigit() else known.setdefault(name, size)
                require(size == expected, f"{size} where {expected} is due")

    return check


def truncation(*patterns: str) -> Rule:
    """As `of_sizes`, with a shift by `bits`, at least 1 and at most what the narrowest input word has room for."""
    sizes = of_sizes(*patterns)

    def check(call: Call) -> None:
        sizes(call)
        narrow = {Storage.WORD16: 16, Storage.WORD32: 32}
        room = min(narrow.get(value.storage, 63) for value in call.inputs)
        require(0 < call.attributes["bits"] <= room, f"a shift of 1 to {room} bits is due")

    return check


def broadcast(call: Call) -> None:
    """NumPy's broadcasting to `shape`."""
    source, target = call.inputs[0].shape, call.attributes["shape"]
    same(call.output.shape, target)
    padded = (1,) * (len(target) - len(source)) + source
    fits = len(padded) == len(target) and all(a in (1, b) for a, b in zip(padded, target, strict=True))
    require(fits, f"{source} does not broadcast to {target}")


def reshape(call: Call) -> None:
    """The output has the shape `shape` and as many elements as the input."""
    same(call.output.shape, call.attributes["shape"])
    require(
        call.inputs[0].size == call.output.size, f"{call.inputs[0].shape} has another size than {call.output.shape}"
    )


def transpose(call: Call) -> None:
    """Output axis i is the input's axis permutation[i]."""
    shape, permutation = call.inputs[0].shape, call.attributes["permutation"]
    require(sorted(permutation) == list(range(len(shape))), f"{permutation} does not permute {len(shape)} axes")
    same(call.output.shape, tuple(shape[axis] for axis in permutation))


def slice_(call: Call) -> None:
    """A range with a step on each axis."""
    same(call.output.shape, _slice_shape(call.inputs[0].shape, call.attributes))


def concat(call: Call) -> None:
    """The inputs one after the other along `axis`."""
    require(len(call.inputs) > 0, "takes at least one input")
    axis, first = call.attributes["axis"], call.inputs[0].shape
    require(0 <= axis < len(first), f"{first} has no axis {axis}")
    rests = {value.shape[:axis] + value.shape[axis + 1 :] for value in call.inputs if len(value.shape) == len(first)}
    require(rests == {first[:axis] + first[axis + 1 :]}, "the other axes differ")
    require(all(len(value.shape) == len(first) for value in call.inputs), "the ranks differ")
    same(call.output.shape, (*first[:axis], sum(value.shape[axis] for value in call.inputs), *first[axis + 1 :]))


def take(call: Call) -> None:
    """NumPy's take: one index array of any shape replaces the axis."""
    require(len(call.inputs) == 2, "takes two inputs")
    (shape, index), axis = (value.shape for value in call.inputs), call.attributes["axis"]
    require(0 <= axis < len(shape), f"{shape} has no axis {axis}")
    same(call.output.shape, shape[:axis] + index + shape[axis + 1 :])


def slice_at(call: Call) -> None:
    """`sizes[k]` elements of axis `axes[k]`, from the k-th start on, which is a scalar."""
    shape, axes, sizes = list(call.inputs[0].shape), call.attributes["axes"], call.attributes["sizes"]
    _check_starts(call.inputs[1:], axes, len(shape))
    require(len(sizes) == len(axes), "axes and sizes differ in number")
    for axis, size in zip(axes, sizes, strict=True):
        require(0 <= size <= shape[axis], f"axis {axis} has {shape[axis]} elements, not {size}")
        shape[axis] = size
    same(call.output.shape, tuple(shape))


def update(call: Call) -> None:
    """The first input with a range on each axis replaced by the second."""
    same(call.output.shape, call.inputs[0].shape)
    same(call.inputs[1].shape, _slice_shape(call.inputs[0].shape, call.attributes))


def update_at(call: Call) -> None:
    """The first input with a block replaced by the second. The block starts at scalars on `axes`, at 0 on other
    axes."""
    shape, block, axes = call.inputs[0].shape, call.inputs[1].shape, call.attributes["axes"]
    same(call.output.shape, shape)
    _check_starts(call.inputs[2:], axes, len(shape))
    require(len(block) == len(shape), f"{block} and {shape} differ in rank")
    for axis, (size, whole) in enumerate(zip(block, shape, strict=True)):
        require(size <= whole if axis in axes else size == whole, f"{block} does not fit {shape} on axis {axis}")


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """The shape of NumPy's `left @ right`. Raises `GraphError` if there is no such product."""
    require(len(left) > 0 and len(right) > 0, "a scalar has no matrix product")
    rows, inner = (1, left[0]) if len(left) == 1 else left[-2:]
    other, columns = (right[0], 1) if len(right) == 1 else right[-2:]
    require(inner == other, f"inner sizes of {left} and {right} differ")
    batch = broadcast_shapes((left[:-2], right[:-2]))
    return batch + (rows,) * (len(left) > 1) + (columns,) * (len(right) > 1)


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """The shape to which all shapes broadcast, by NumPy's rules. Raises `GraphError` if there is none."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = []
    for axis in range(-rank, 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis} - {1}
        if len(sizes) > 1:
            raise GraphError(f"{' and '.join(map(str, shapes))} do not broadcast")
        result.append(sizes.pop() if sizes else 1)
    return tuple(result)


def _sizes(value: ValueType, has_rows: bool) -> tuple[int, ...]:
    if value.storage is Storage.BITS:
        return (value.planes, value.size)
    if not has_rows:
        return (value.size,)
    require(len(value.shape) > 0, "rows are due")
    return (value.shape[0], prod(value.shape[1:]))


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
