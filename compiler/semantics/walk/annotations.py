"""Types written at parameters. In: a parameter and the argument. Out: the argument, converted upwards if types mix."""

from ...ir.types import ArrayType, Element, Kind
from ...source import Span
from ...syntax import tree
from ..arrays.ensured import ensured
from ..arrays.words import from_words
from ..bounds import bounded, shown
from ..errors import wrong
from ..params import known_numbers
from ..state.context import Context
from ..state.conversion import cast, joined
from ..state.describe import describe
from ..state.values import Array, Meaning, Table, Words
from ..type_names import TABLE, element_name, element_of

_ORDER = {Kind.BOOL: 0, Kind.INT: 1, Kind.FIXED: 2}


def annotated(context: Context, parameter: tree.Parameter, given: Meaning, place: Span) -> Meaning:
    """The argument, converted to what the parameter's type says. Raises WrongError.

    A scalar type accepts any shape. If sizes are written, they must agree. A size name that is not bound yet is bound
    for the body.
    """
    assert parameter.type is not None
    type = parameter.type
    if type.name == TABLE:
        if isinstance(given, Table):
            return given
        raise _misfit(parameter, "a table", describe(given), place)
    element = element_of(type, context.scale)
    _, bounds = bounded(type, element, known_numbers(context.params.values()))
    if isinstance(given, Words) and (element.is_moment or element.kind is Kind.CATEGORY):
        given = from_words(context, given.text, Array(context.filled(ArrayType(element), 0)), place)
    if not isinstance(given, Array) or not _fits(given.element, element):
        raise _misfit(parameter, f"`{element_name(element)}`", describe(given), place)
    if type.dimensions:
        _check_shape(context, parameter, type, given, place)
    converted = _converted(context, given, element)
    if bounds is None:
        return converted
    message = f"the argument `{parameter.name.text}` lies outside {shown(bounds, element)}"
    return ensured(context, place, converted, bounds, message)


def _converted(context: Context, given: Array, element: Element) -> Array:
    if element.kind is Kind.KEY or element.is_moment:
        return given
    target = joined([given.element, element], context.scale)
    if target is None or target.kind is Kind.INT:
        return cast(context, given, Element(Kind.INT, max(2, given.element.bits))) if target is not None else given
    return cast(context, given, target)


def _fits(given: Element, wanted: Element) -> bool:
    if given.kind in _ORDER and wanted.kind in _ORDER:
        narrow = wanted.kind is Kind.INT and given.kind is Kind.INT and given.bits > wanted.bits
        return _ORDER[given.kind] <= _ORDER[wanted.kind] and not narrow
    return given.kind is wanted.kind if wanted.kind is Kind.KEY or wanted.is_moment else given == wanted


def _misfit(parameter: tree.Parameter, expected: str, found: str, place: Span) -> Exception:
    return wrong(
        place,
        f"the argument `{parameter.name.text}` does not fit its type",
        expected=expected,
        found=found,
        remedy="convert it in the call, or leave the parameter's type out to accept any",
    )


def _check_shape(context: Context, parameter: tree.Parameter, type: tree.TypeSyntax, given: Array, place: Span) -> None:
    wanted: list[int] = []
    for axis, dimension in enumerate(type.dimensions):
        if isinstance(dimension, tree.Reference) and context.frame.find(dimension.name) is None:
            size = given.shape[axis] if axis < given.rank else 0
            context.frame.names[dimension.name] = Array(context.integer(size))
        wanted.append(context.number(context.value(dimension), dimension.span, "a dimension"))
    if tuple(wanted) != given.shape:
        shape = ArrayType(given.element, tuple(wanted)).shape
        raise _misfit(parameter, f"the shape {list(shape)}", f"the shape {list(given.shape)}", place)
