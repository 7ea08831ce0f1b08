"""How planes of BITS must fit together, and BITS with words: one rule for each family of kernels."""

from collections.abc import Sequence
from itertools import pairwise

from ..calls import Call, Rule, same, same_halves, same_size
from ..errors import require
from ..nodes import Storage, ValueType


def cross_planes_plus(call: Call) -> None:
    """As `cross_planes`; output plane p also takes plane plus[p] of the first input."""
    cross_planes(call)
    _check_map(call.attributes["plus"], call.inputs[0], call.output)


def cross_planes(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): planes of x and y combine as in `plane_pairs`."""
    same_halves(call)
    _plane_pairs(call, call.inputs[0], call.inputs[2])


def plane_pairs(call: Call) -> None:
    """Output plane p combines plane left[p] of the first input and right[p] of the second; -1 is a plane of zeros."""
    _plane_pairs(call, *call.inputs)


def same_bits(call: Call) -> None:
    """The output has as many planes of as many elements as the input."""
    same_size(call)
    require(call.inputs[0].planes == call.output.planes, "the number of planes changes")


def chosen_planes(call: Call) -> None:
    """Output plane p is plane planes[p] of the input; -1 is a plane of zeros."""
    same_size(call)
    _check_map(call.attributes["planes"], call.inputs[0], call.output)


def stacked_planes(call: Call) -> None:
    """The output has the planes of all inputs, in order."""
    same_size(call)
    require(sum(value.planes for value in call.inputs) == call.output.planes, "the planes do not add up")


def to_planes(call: Call) -> None:
    """The output has the lowest `planes` bits of each element."""
    same_size(call)
    planes = call.attributes["planes"]
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.inputs[0].storage, 64)
    require(0 <= planes <= width and planes == call.output.planes, f"{planes} planes of {width} bits")


def to_one_plane(call: Call) -> None:
    """The output has one bit for each element."""
    same_size(call)
    require(call.output.planes == 1, "a truth value is one plane")


def from_planes(call: Call) -> None:
    """Each element of the output is a number whose bits are the input's planes."""
    same_size(call)
    width = {Storage.WORD16: 16, Storage.WORD32: 32}.get(call.output.storage, 64)
    require(call.inputs[0].planes <= width, f"{call.inputs[0].planes} planes do not fit {width} bits")


def from_one_plane(call: Call) -> None:
    """The input has one bit for each element."""
    same_size(call)
    require(call.inputs[0].planes == 1, "a truth value is one plane")


def numbers_of_planes(call: Call) -> None:
    """The output has an element for each bit of the input, plane by plane."""
    (planes,) = call.inputs
    require(call.output.size == planes.size * planes.planes, "the output has not an element for each bit")


def bit_products(call: Call) -> None:
    """Output plane p is the AND of bits left[p] and right[p] of the input, or of the input's negative."""
    same_size(call)
    left, right = call.attributes["left"], call.attributes["right"]
    require(len(left) == len(right) == call.output.planes, f"not {call.output.planes} pairs of bits")
    require(all(0 <= bit < 64 for bit in (*left, *right)), "a bit outside of the word")


def dot(call: Call) -> None:
    """Output plane p is plane p of the third input, XORed with the ANDs of p's pairs of planes.

    The pairs of plane p are the entries of `left` and `right` from ends[p - 1] to ends[p]: planes of the first and of
    the second input. -1 stands for a plane of ones.
    """
    first, second, start = call.inputs
    same_size(call)
    require(start.planes == call.output.planes, "the start has other planes than the output")
    left, right, ends = (call.attributes[name] for name in ("left", "right", "ends"))
    require(len(left) == len(right), "left and right differ in length")
    require(len(ends) == call.output.planes, f"{len(ends)} ends for {call.output.planes} planes")
    require(all(a <= b for a, b in pairwise((0, *ends, len(left)))), "the ends do not ascend")
    for chosen, value in ((left, first), (right, second)):
        _check_planes(chosen, value)


def dot_from_nothing(call: Call) -> None:
    """As `dot`, with planes of zeros for the third input."""
    dot(Call((*call.inputs, call.output), call.output, call.attributes))


def on_bits(rule: Rule) -> Rule:
    """The same rule for BITS. The attributes `shapes` and `shape` repeat the logical shapes of the inputs and the
    output.

    Inputs that are not BITS have no entry in `shapes`.
    """

    def check(call: Call) -> None:
        values = [value for value in call.inputs if value.storage is Storage.BITS]
        same(call.attributes["shapes"], tuple(value.shape for value in values))
        same(call.attributes["shape"], call.output.shape)
        planes = {value.planes for value in values}
        require(planes <= {call.output.planes}, "the number of planes changes")
        rule(call)

    return check


def _plane_pairs(call: Call, left: ValueType, right: ValueType) -> None:
    same_size(call)
    for name, value in (("left", left), ("right", right)):
        chosen = call.attributes.get(name)
        if chosen is None:
            require(value.planes == call.output.planes, f"{value.planes} planes for {call.output.planes}")
        else:
            _check_map(chosen, value, call.output)


def _check_map(chosen: Sequence[int], source: ValueType, output: ValueType) -> None:
    require(len(chosen) == output.planes, f"{len(chosen)} planes chosen for {output.planes}")
    _check_planes(chosen, source)


def _check_planes(chosen: Sequence[int], source: ValueType) -> None:
    sound = not chosen or (min(chosen) >= -1 and max(chosen) < source.planes)
    require(sound, f"a plane chosen outside the {source.planes}")
