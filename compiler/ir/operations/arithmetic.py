"""Arithmetic: changes of representation, sums and products.

Elementwise rules broadcast as NumPy does. The width of an integer grows such that no result leaves the promised range.
It stops at 64 bits, where arithmetic wraps.
"""

from collections.abc import Sequence

from ..intervals import Interval
from ..program import Operation, Value
from ..types import MOMENTS, ArrayType, Element, Kind, fixed, integer
from .families import (
    BITS,
    INTEGER,
    MODULAR,
    TRUNCATABLE,
    WHOLE,
    as_result,
    by_no_bits,
    computed,
    elementwise,
    first_interval,
    kept_label,
    kernel,
    same_types,
    twice,
    zero,
)
from .lanes import Lanes
from .row import FIRST, Attribute, AttributeKind, Domain, OperationRow, Terms, Total, Trait
from .typing import (
    Attributes,
    OperationTypeError,
    Types,
    broadcast_shapes,
    growth,
    joined_element,
    only,
)

MAXIMUM_SCALE = 62
"""The most fraction bits of a FIXED in the IR. A product has as many as its operands have together."""

_ORDER = (Kind.BOOL, Kind.INT, Kind.FIXED)

# --- types --------------------------------------------------------------------------------------------------------


def cast(types: Types, attributes: Attributes) -> Types:
    """The type of a cast: the operand with an element that holds each of its values."""
    source, target = types[0].element, attributes["element"]
    keeps_value = {
        Kind.BOOL: target.kind in _ORDER,
        Kind.INT: target.kind in (Kind.FIXED, Kind.CATEGORY)  # the number of a label
        or (target.kind in (Kind.INT, *MOMENTS) and target.bits >= source.bits),
        Kind.FIXED: target.kind is Kind.FIXED and target.scale >= source.scale,
        Kind.CATEGORY: target == source or (target.kind is Kind.INT and target.bits >= source.bits),
        Kind.DATE: target.kind in (Kind.DATE, Kind.INT) and target.bits >= source.bits,
        Kind.DATETIME: target.kind in (Kind.DATETIME, Kind.INT) and target.bits >= source.bits,
        Kind.KEY: target == source,
        Kind.ROWS: False,
    }[source.kind]
    if not keeps_value or (target.kind is Kind.INT and target.bits < 2) or target.scale > MAXIMUM_SCALE:
        raise OperationTypeError("a cast keeps every value", str(target), str(source))
    return (types[0].with_element(target),)


def truncate(types: Types, attributes: Attributes) -> Types:
    """The type with fewer fraction bits."""
    only(types, Kind.FIXED)
    scale, bits = types[0].element.scale, attributes["bits"]
    if not 0 <= bits <= scale:
        raise OperationTypeError("truncation drops fraction bits", f"0 to {scale}", str(bits))
    return (types[0].with_element(fixed(scale - bits)),)


def ldexp(types: Types, attributes: Attributes) -> Types:
    """The operand times a power of two: its numbers, read at another scale."""
    only(types, Kind.FIXED)
    if not 0 <= attributes["scale"] <= MAXIMUM_SCALE:
        raise OperationTypeError("there is no such scale", f"0 to {MAXIMUM_SCALE}", str(attributes["scale"]))
    return (types[0].with_element(fixed(attributes["scale"])),)


def floor(types: Types, attributes: Attributes) -> Types:
    """The type of the integers just below: as wide as the whole part of a FIXED."""
    only(types, Kind.FIXED)
    return (types[0].with_element(integer(64 - types[0].element.scale)),)


def add(types: Types, attributes: Attributes) -> Types:
    """The type of a sum: one bit wider than the wider operand."""
    only(types, Kind.INT, Kind.FIXED)
    element = joined_element([type.element for type in types])
    grown = integer(element.bits + 1) if element.kind is Kind.INT else element
    return (ArrayType(grown, broadcast_shapes([type.shape for type in types])),)


def negate(types: Types, attributes: Attributes) -> Types:
    """The type of a negative: one bit wider, because the least number has no negative in its own width."""
    return add((types[0], types[0]), attributes)


def _product(x: Element, y: Element, terms: int = 1) -> Element:
    if x.kind is Kind.INT and y.kind is Kind.INT:
        return integer(x.bits + y.bits + growth(terms))
    if x.scale + y.scale > MAXIMUM_SCALE:
        expected = f"at most {MAXIMUM_SCALE} fraction bits"
        raise OperationTypeError("the product has too many fraction bits", expected, str(x.scale + y.scale))
    return fixed(x.scale + y.scale)


def multiply(types: Types, attributes: Attributes) -> Types:
    """The type of a product: the widths, or the fraction bits, of the operands add up."""
    only(types, Kind.INT, Kind.FIXED)
    element = _product(types[0].element, types[1].element)
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


def matmul(types: Types, attributes: Attributes) -> Types:
    """The type of a matrix product, with NumPy's rules for vectors and stacks of matrices."""
    only(types, Kind.INT, Kind.FIXED)
    left, right = types[0].shape, types[1].shape
    if not left or not right or left[-1] != right[max(len(right) - 2, 0)]:
        found = f"{list(left)} @ {list(right)}"
        raise OperationTypeError("these shapes have no matrix product", "equal inner sizes", found)
    stack = broadcast_shapes((left[:-2], right[:-2]))
    shape = stack + left[-2:-1] + (right[-1:] if len(right) > 1 else ())
    return (ArrayType(_product(types[0].element, types[1].element, left[-1]), shape),)


# --- clear meanings -----------------------------------------------------------------------------------------------


def _cast_kernel(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    source, target = types[0].element, attributes["element"]
    if source.kind is not Kind.BOOL and source.scale == target.scale:
        return "identity", {}
    if target.kind is Kind.BOOL:
        return "identity", {}
    return "cast", {"bits": target.scale - source.scale}


def _identity_kernel(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    return "identity", {}


def _floor_kernel(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    return "shift_right", {"bits": types[0].element.scale}


# --- intervals ----------------------------------------------------------------------------------------------------


def _cast_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].shifted(operation.results[0].type.element.scale - operation.operands[0].type.element.scale)


def _bound_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    """Whoever writes `bound` has made sure of it: by a `require` before it, without which the run does not go on."""
    return x[0].meet(Interval(operation.attributes["low"], operation.attributes["high"]))


def _truncate_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].shifted(-operation.attributes["bits"])


def _floor_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    scale = operation.operands[0].type.element.scale
    return Interval(x[0].low >> scale, x[0].high >> scale)


def _add_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].plus(x[1])


def _subtract_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].plus(x[1].negated())


def _negate_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].negated()


def _multiply_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    result = x[0].times(x[1])
    return Interval(max(result.low, 0), result.high) if operation.operands[0] is operation.operands[1] else result


def _matmul_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    each, terms = x[0].times(x[1]), operation.operands[0].type.shape[-1]
    return Interval(terms * each.low, terms * each.high)


# --- domains ------------------------------------------------------------------------------------------------------


def _truncatable(operation: Operation, place: int) -> Interval:
    return TRUNCATABLE


def _makes_fixed(operation: Operation) -> bool:
    return operation.results[0].type.element.kind is Kind.FIXED


# --- identities ---------------------------------------------------------------------------------------------------


def _cast_again(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    inner = terms.operand_of("cast", operands[0])
    kinds = {operation.results[0].type.element.kind} | (set() if inner is None else {inner.type.element.kind})
    source = operands[0] if inner is None or kinds & {Kind.CATEGORY, *MOMENTS} else inner
    if source.type == operation.results[0].type:
        return source
    element = operation.attributes["element"]
    return None if source is operands[0] else terms.emit("cast", source, element=element)


def _read_again(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """Read at two scales one after the other: at the last one alone."""
    scale = operation.attributes["scale"]
    source = terms.operand_of("ldexp", operands[0])
    if (operands[0] if source is None else source).type.element.scale == scale:
        return operands[0] if source is None else source
    return None if source is None else terms.emit("ldexp", source, scale=scale)


def _add_zero(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    for value, other in (operands, operands[::-1]):
        if terms.number(other) == 0:
            return as_result(terms, operation, value)
    return None


def _subtract_zero(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return as_result(terms, operation, operands[0]) if terms.number(operands[1]) == 0 else None


def _subtract_itself(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return zero(terms, operation) if operands[0] is operands[1] else None


def _multiply_known(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """x times 0 is 0, and x times 1 is x."""
    for value, other in (operands, operands[::-1]):
        number = terms.number(other)
        if number == 0:
            return zero(terms, operation)
        if number == 1 << other.type.element.scale:
            return as_result(terms, operation, value)
    return None


# --- lanes --------------------------------------------------------------------------------------------------------


def _widen_matmul(lanes: Lanes, operation: Operation) -> Value:
    """Turns vectors into matrices of one row or one column, so that the lanes form a stack of matrices."""
    x, y = operation.operands
    left = (1, *x.type.shape) if len(x.type.shape) == 1 else x.type.shape
    right = (*y.type.shape, 1) if len(y.type.shape) == 1 else y.type.shape
    rank = max(len(left), len(right))
    operands = [
        lanes.reshaped(lanes.narrow(old), (lanes.count, *[1] * (rank - len(shape)), *shape))
        if lanes.is_wide(old)
        else lanes.reshaped(lanes.narrow(old), shape)
        for old, shape in ((x, left), (y, right))
    ]
    product = lanes.emit("matmul", *operands)
    return lanes.reshaped(product, (lanes.count, *operation.results[0].type.shape))


# --- rows ---------------------------------------------------------------------------------------------------------

_SUM = Total("sum", combine="add", neutral=0)

_E, _L, _C = Trait.ELEMENTWISE, Trait.LINEAR, Trait.COMMUTATIVE

ARITHMETIC: dict[str, OperationRow] = {
    "cast": elementwise(
        arity=1,
        infer=cast,
        clear=_cast_kernel,
        traits=Trait.SAME,
        attributes={"element": Attribute(AttributeKind.ELEMENT)},
        interval=_cast_interval,
        domain=Domain(is_modular=True, needs_number=_makes_fixed, called="this number"),
        elements_of=FIRST,
        identities=(_cast_again,),
        label=kept_label,
    ),
    "bound": elementwise(
        arity=1,
        infer=same_types,
        clear=kernel("identity"),
        traits=Trait.SAME | _L,
        attributes={"low": INTEGER, "high": INTEGER},
        interval=_bound_interval,
        domain=WHOLE,
        elements_of=FIRST,
        identities=(),
    ),
    "truncate": elementwise(
        arity=1,
        infer=truncate,
        clear=kernel("truncate", "bits"),
        attributes=BITS,
        interval=_truncate_interval,
        domain=Domain(takes=_truncatable, called="this product"),
        identities=(by_no_bits,),
        label=kept_label,
    ),
    "ldexp": elementwise(
        arity=1,
        infer=ldexp,
        clear=_identity_kernel,
        traits=_L,
        attributes={"scale": INTEGER},
        interval=first_interval,
        domain=MODULAR,
        identities=(_read_again,),
    ),
    "floor": elementwise(
        arity=1,
        infer=floor,
        clear=_floor_kernel,
        traits=Trait.JUMPS,
        interval=_floor_interval,
        domain=WHOLE,
        identities=(),
    ),
    "add": elementwise(
        arity=2,
        infer=add,
        clear=kernel("add"),
        traits=_L | _C,
        interval=_add_interval,
        domain=Domain(is_modular=True, called="this sum"),
        after_truncation=slice(2),
        total=_SUM,
        identities=(_add_zero,),
    ),
    "subtract": elementwise(
        arity=2,
        infer=add,
        clear=kernel("subtract"),
        traits=_L,
        interval=_subtract_interval,
        domain=Domain(is_modular=True, called="this difference"),
        after_truncation=slice(2),
        total=_SUM,
        identities=(_subtract_itself, _subtract_zero),
    ),
    "negate": elementwise(
        arity=1,
        infer=negate,
        clear=kernel("negate"),
        traits=_L,
        interval=_negate_interval,
        domain=Domain(is_modular=True, called="this negated number"),
        after_truncation=FIRST,
        identities=(twice,),
    ),
    "multiply": elementwise(
        arity=2,
        infer=multiply,
        clear=kernel("multiply"),
        traits=_C | Trait.BILINEAR,
        interval=_multiply_interval,
        domain=Domain(is_modular=True, called="this product"),
        identities=(_multiply_known,),
    ),
    "matmul": computed(
        arity=2,
        infer=matmul,
        clear=kernel("matmul"),
        traits=Trait.BILINEAR,
        interval=_matmul_interval,
        domain=Domain(is_modular=True, called="this product"),
        identities=(),
        widen=_widen_matmul,
    ),
}
