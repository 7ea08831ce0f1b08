"""What type rules require of operands, and how they refuse them. Each family's rules stand beside its rows.

Every rule raises OperationTypeError and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..types import ArrayType, Element, Kind, integer

Types = tuple[ArrayType, ...]
Attributes = dict[str, Any]
TypeRule = Callable[[Types, Attributes], Types]
"""From operand types and attributes to result types. Raises OperationTypeError if the operation does not apply."""


class OperationTypeError(Exception):
    """An operation does not apply to these types. The fields have the wording of a `Diagnostic`'s."""

    def __init__(self, problem: str, expected: str = "", found: str = "") -> None:
        self.problem = problem
        self.expected = expected
        self.found = found
        details = [f"expected {expected}"] * bool(expected) + [f"found {found}"] * bool(found)
        super().__init__("; ".join([problem, *details]))


def broadcast_shapes(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that NumPy broadcasts these shapes to. Raises OperationTypeError if there is none."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis, size in enumerate(shape, rank - len(shape)):
            if result[axis] == 1:
                result[axis] = size
            elif size not in (1, result[axis]):
                found = " and ".join(str(list(shape)) for shape in shapes)
                raise OperationTypeError("these shapes do not go together", "equal sizes, or 1, on each axis", found)
    return tuple(result)


def joined_element(elements: Sequence[Element]) -> Element:
    """The element that holds the values of all: the common one, or the widest INT, DATE or DATETIME. Raises
    OperationTypeError.
    """
    first = elements[0]
    if all(element == first for element in elements):
        return first
    if all(element.kind is first.kind for element in elements) and (first.kind is Kind.INT or first.is_moment):
        return replace(first, bits=max(element.bits for element in elements))
    found = " and ".join(dict.fromkeys(str(element) for element in elements))
    raise OperationTypeError("these element types do not go together", "one element type", found)


def only(types: Types, *kinds: Kind) -> None:
    """Raises OperationTypeError unless all operands have elements of these kinds."""
    for type in types:
        if type.element.kind not in kinds:
            expected = " or ".join(kind.value for kind in kinds)
            raise OperationTypeError("the operation does not apply to this element type", expected, str(type.element))


def existing_axis(type: ArrayType, axis: int) -> int:
    """The axis. Raises OperationTypeError if the type has no such axis."""
    if not 0 <= axis < len(type.shape):
        raise OperationTypeError("there is no such axis", f"an axis below {len(type.shape)}", str(axis))
    return axis


def index_element(count: int) -> Element:
    """The INT that holds the numbers 0 ... count - 1."""
    return integer(max(count - 1, 0).bit_length() + 1)


def growth(count: int) -> int:
    """By how many bits a sum of `count` terms may be wider than a term."""
    return max(count - 1, 0).bit_length()


MAXIMUM_FRACTION_BITS = 28
"""The most fraction bits for which division and functions are defined."""


def check_functions(types: Types) -> None:
    """Raises OperationTypeError unless operands are FIXED, of fraction bits for which functions are defined."""
    only(types, Kind.FIXED)
    for type in types:
        if type.element.scale > MAXIMUM_FRACTION_BITS:
            expected = f"at most {MAXIMUM_FRACTION_BITS} fraction bits"
            raise OperationTypeError("the function is not defined at this precision", expected, str(type.element.scale))
