"""Public numbers known when a program is compiled, `param k: int = 5`. In: their statements, and what was given.

Out: a `Param` for each, with its number. Numbers are given as text (`--param k=7`) or as Python numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from ..ir.types import Element, Kind
from ..source import Span
from ..syntax import tree
from ..syntax.words import shortened
from .bounds import Bounds, Known, bounded, literal_number, shown
from .errors import wrong
from .type_names import element_of

Given = Mapping[str, object]
"""What was given for params, by name: text or Python numbers."""

NOTHING_GIVEN: Given = MappingProxyType({})

Number = int | bool | Fraction

_KINDS = {Kind.INT: "a whole number", Kind.FIXED: "a number", Kind.BOOL: "`True` or `False`"}
_WORDS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class ParamError(Exception):
    """What was given does not fit the program's params. The text says why, and what to give."""


@dataclass(frozen=True, slots=True)
class Param:
    """A param of the program and its `number`. It `is_missing` if it has no default and was not given: then the number
    is made up, for whoever only looks at the program."""

    name: str
    element: Element
    number: Number
    is_missing: bool
    span: Span

    @property
    def text(self) -> str:
        """The number as it may be given."""
        if isinstance(self.number, bool):
            return str(self.number).lower()
        exact = _decimal(Fraction(self.number))
        return str(self.number) if exact is None else exact


def param_of(node: tree.Param, fraction_bits: int, given: Given, known: Known) -> Param:
    """The param that a statement declares. `known` are the numbers of the params before it.

    Raises WrongError for the statement, and ParamError for what was given.
    """
    element = element_of(node.type, fraction_bits)
    if element.kind not in _KINDS or node.type.dimensions:
        raise wrong(
            node.type.span,
            "a param is one number or one truth value",
            expected="`int`, `fixed` or `bool`",
            found=f"`{' '.join(node.type.span.text.split())}`",
            remedy="use an `input` for data",
        )
    element, bounds = bounded(node.type, element, known)
    name = node.name.text
    default = None if node.default is None else _default(node.default, node, element, bounds, known)
    if name in given:
        number = _given(name, given[name], element)
        if not _fits(number, element, bounds):
            raise ParamError(f"param {name!r} is {_range(element, bounds)}, and {given[name]} was given")
        return Param(name, element, number, False, node.name.span)
    if default is not None:
        return Param(name, element, default, False, node.name.span)
    return Param(name, element, _made_up(element, bounds), True, node.name.span)


def check_given(params: Iterable[Param], given: Given) -> None:
    """Raises ParamError for a name that is no param, and for a param that is missing."""
    by_name = {each.name: each for each in params}
    for name in given:
        if name not in by_name:
            raise ParamError(f"the program has no param {name!r}; its params are: {', '.join(by_name) or 'none'}")
    for each in by_name.values():
        if each.is_missing:
            what = _plain(each.element)
            raise ParamError(
                f"param {each.name!r} has no default and is not given: give {what} with --param {each.name}=..."
            )


def known_numbers(params: Iterable[Param]) -> dict[str, Fraction | int]:
    """The numbers of params, for bounds and sizes."""
    return {each.name: each.number for each in params if not isinstance(each.number, bool)}


def _default(node: tree.Expression, param: tree.Param, element: Element, bounds: Bounds | None, known: Known) -> Number:
    number: Number | float | None = node.value if isinstance(node, tree.Boolean) else literal_number(node, known)
    found = None if number is None else _of_kind(number, element)
    if found is None or not _fits(found, element, bounds):
        raise wrong(
            node.span,
            f"the default of the param `{param.name.text}` does not fit its type",
            expected=_KINDS[element.kind] + ("" if element.kind is Kind.BOOL else f", {_range(element, bounds)}"),
            found=f"`{shortened(node.span.text)}`",
            remedy="write a value of the type, or leave `=` out: then whoever runs the program must give one",
        )
    return found


def _given(name: str, value: object, element: Element) -> Number:
    number = _read(value.strip(), element) if isinstance(value, str) else _of_kind(value, element)
    if number is None:
        raise ParamError(f"param {name!r} is {_plain(element)}: {value!r} is none")
    return number


def _plain(element: Element) -> str:
    """What is given outside of the program's text, where truth values are written as in JSON."""
    return "true or false" if element.kind is Kind.BOOL else _KINDS[element.kind]


def _read(text: str, element: Element) -> Number | None:
    if element.kind is Kind.BOOL:
        return _WORDS.get(text)
    try:
        return int(text, 0) if element.kind is Kind.INT else Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _of_kind(value: object, element: Element) -> Number | None:
    """A Python number (NumPy's too) as a number of the element; None if it is none."""
    if element.kind is Kind.BOOL or isinstance(value, bool):
        return bool(value) if element.kind is Kind.BOOL and isinstance(value, bool) else None
    if not isinstance(value, int | float | Fraction):
        item = getattr(value, "item", None)
        return None if item is None else _of_kind(item(), element)
    try:
        exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    except ValueError:
        return None
    if element.kind is Kind.INT:
        return int(exact) if exact.denominator == 1 else None
    return exact


def _fits(number: Number, element: Element, bounds: Bounds | None) -> bool:
    if element.kind is Kind.BOOL:
        return True
    raw = round(number * (1 << element.scale))
    least, greatest = (element.least, element.greatest) if bounds is None else bounds
    return least <= raw <= greatest


def _range(element: Element, bounds: Bounds | None) -> str:
    if element.kind is Kind.BOOL:
        return "true or false"
    return f"between {shown((element.least, element.greatest) if bounds is None else bounds, element)}"


def _made_up(element: Element, bounds: Bounds | None) -> Number:
    if element.kind is Kind.BOOL:
        return False
    number = 2 if bounds is None else min(max(2 << element.scale, bounds[0]), bounds[1])
    return Fraction(number, 1 << element.scale) if element.kind is Kind.FIXED and bounds is not None else number


def _decimal(number: Fraction) -> str | None:
    """The number as a finite decimal fraction; None where it has none of a reasonable length."""
    if number.denominator == 1:
        return str(number.numerator)
    for digits in range(1, 40):
        if (number * 10**digits).denominator == 1:
            whole = abs(int(number * 10**digits))
            return f"{'-' if number < 0 else ''}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
    return None
