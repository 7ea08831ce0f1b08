"""The names of types, decided here alone. In: a type as written. Out: an element; and the way back."""

from collections.abc import Callable

from ..ir.types import (
    BOOL,
    DATE,
    DATETIME,
    INT,
    KEY,
    ArrayType,
    Element,
    Kind,
    category,
    fixed,
    integer,
    normalised_key,
)
from ..syntax import tree
from .errors import WrongError, similar, wrong

ELEMENTS: dict[str, Callable[[int, tuple[str, ...]], Element]] = {
    "bool": lambda fraction_bits, labels: BOOL,
    "int": lambda fraction_bits, labels: INT,
    "int8": lambda fraction_bits, labels: integer(8),
    "int16": lambda fraction_bits, labels: integer(16),
    "int32": lambda fraction_bits, labels: integer(32),
    "int64": lambda fraction_bits, labels: integer(64),
    "fixed": lambda fraction_bits, labels: fixed(fraction_bits),
    "key": lambda fraction_bits, labels: KEY,
    "category": lambda fraction_bits, labels: category(labels),
    "date": lambda fraction_bits, labels: DATE,
    "datetime": lambda fraction_bits, labels: DATETIME,
}
"""The element that each name stands for, given a program's fraction bits and the labels of a category."""

TABLE = "table"
"""The type without an element of its own: each of its columns has one."""

TYPES = (*ELEMENTS, TABLE)

NORMALISATIONS = ("casefold", "strip", "digits")
"""What may be done to the text of a key before the text is hashed; the readers of data do it."""

_SPELLINGS = {
    "float": "fixed",
    "double": "fixed",
    "str": "key",
    "string": "key",
    "boolean": "bool",
    "integer": "int",
    "timestamp": "datetime",
    "day": "date",
    "time": "datetime",
}
_STEP_SPELLINGS = {
    **dict.fromkeys(("lower", "upper", "caseless", "ignorecase"), "write `casefold`"),
    **dict.fromkeys(("trim", "whitespace"), "write `strip`"),
    **dict.fromkeys(("number", "numeric", "phone"), "write `digits`"),
}


# --- from names to elements -------------------------------------------------------------------------------------


def number_element(name: str, fraction_bits: int) -> Element | None:
    """The element of numbers that a name stands for, as in `zeros(3, int)`; None for other names."""
    element = ELEMENTS[name](fraction_bits, ()) if name in ELEMENTS else None
    return element if element is not None and element.is_number else None


def element_of(type: tree.TypeSyntax, fraction_bits: int) -> Element:
    """The element that a parameter's type names. Raises WrongError."""
    if type.steps:
        raise wrong(
            type.span,
            "only an input's keys are normalised",
            expected=f"`{type.name}`",
            found="words in parentheses",
            remedy="leave the parentheses out",
        )
    if type.name not in ELEMENTS:
        raise unknown_type(type, f"there is no type `{type.name}`")
    labels = tuple(label.value for label in type.labels)
    if len(set(labels)) < len(labels):
        raise wrong(
            type.span,
            "a category lists its labels, each once",
            expected="different labels",
            found="a label twice",
            remedy="leave one of them out",
        )
    return ELEMENTS[type.name](fraction_bits, labels)


def input_element(type: tree.TypeSyntax, fraction_bits: int) -> Element:
    """The element that an input's type names, with the normalisation of keys. Raises WrongError."""
    element = element_of(tree.TypeSyntax(type.name, type.span, labels=type.labels), fraction_bits)
    if not type.steps:
        return element
    taken: list[str] = []
    for step in type.steps:
        if element != KEY:
            raise wrong(
                step.span, f"`{type.name}` takes no words in parentheses", expected=f"`{type.name}` alone",
                found=f"`{step.text}`", remedy="leave the parentheses out; only a `key` is normalised",
            )  # fmt: skip
        if step.text not in NORMALISATIONS:
            raise wrong(
                step.span, f"there is no normalisation `{step.text}`",
                expected="one of " + ", ".join(f"`{name}`" for name in NORMALISATIONS), found=f"`{step.text}`",
                remedy=_STEP_SPELLINGS.get(step.text) or similar(step.text, NORMALISATIONS) or "leave it out",
            )  # fmt: skip
        if step.text in taken:
            raise wrong(
                step.span, f"the normalisation `{step.text}` is there already", expected="each once, in order",
                found=f"`{step.text}` again", remedy="leave it out",
            )  # fmt: skip
        taken.append(step.text)
    return normalised_key(tuple(taken))


def unknown_type(type: tree.TypeSyntax, problem: str, remedy: str = "") -> WrongError:
    """A name that is no type, or no type that may stand there."""
    known = _SPELLINGS.get(type.name)
    return wrong(
        type.span,
        problem,
        expected="one of " + ", ".join(f"`{name}`" for name in TYPES),
        found=f"`{type.name}`",
        remedy=f"write `{known}`" if known else remedy or similar(type.name, TYPES) or "use one of these",
    )


# --- from elements to names -------------------------------------------------------------------------------------


def element_name(element: Element) -> str:
    """`int`, `category["a", "b"]`, `key(strip)`: an element type as a program may write it, without promised widths."""
    if element.kind is Kind.CATEGORY:
        return "category[" + ", ".join(f'"{label}"' for label in element.labels) + "]"
    return str(element) if element.kind is Kind.KEY else str(element.kind.value)


def type_name(type: ArrayType) -> str:
    """`fixed[3, 4]`: an array type as a program may write it."""
    shape = ", ".join(map(str, type.shape))
    return element_name(type.element) + (f"[{shape}]" if type.shape else "")
