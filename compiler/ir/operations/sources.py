"""Operations without operands: inputs, constants, and the numbers 0, 1, 2, ..."""

from collections.abc import Sequence

from ..intervals import Interval
from ..labels import REVEALED, SECRET, Label, owned
from ..program import Operation
from ..types import ArrayType
from .families import INTEGER, NAME, TABLE, WHOLE, computed, kernel, plain
from .row import Attribute, AttributeKind, Form, OperationRow, Trait
from .typing import Attributes, OperationTypeError, Types, index_element


def declared(types: Types, attributes: Attributes) -> Types:
    """The type that an `input` or a `constant` declares."""
    return (attributes["type"],)


def iota(types: Types, attributes: Attributes) -> Types:
    """The type of the numbers 0 ... n - 1."""
    n = attributes["n"]
    if n < 0:
        raise OperationTypeError("a size is not negative", "0 or more", str(n))
    return (ArrayType(index_element(n), (n,)),)


def _input_label(attributes: Attributes, labels: Sequence[Label]) -> Label:
    if attributes["shares"]:
        return SECRET
    return REVEALED if attributes["role"] is None else owned(attributes["role"])


def _below_n(operation: Operation, x: Sequence[Interval]) -> Interval:
    return Interval(0, max(operation.attributes["n"] - 1, 0))


def _of_array(operation: Operation, x: Sequence[Interval]) -> Interval:
    array = operation.attributes["value"]
    return Interval(int(array.min()), int(array.max())) if array.size else Interval(0, 0)


SOURCES: dict[str, OperationRow] = {
    # Messages and readers of data use an input's dimensions (size names and ints), `each`, the table, `default`, the
    # number that stands for a missing value, `missing`, the texts that do, and a column's `heading` in the data.
    # `limits` are the least and the greatest number that the input's owner accepts, `beyond` says what is wrong with
    # other numbers; see `Declaration`.
    "input": plain(
        form=Form.GIVEN,
        arity=0,
        traits=Trait.SOURCE | Trait.EFFECT,
        attributes={
            **NAME,
            "type": Attribute(AttributeKind.TYPE),
            "role": Attribute(AttributeKind.OPTIONAL_TEXT, None),
            "shares": Attribute(AttributeKind.FLAG, False),
            "default": Attribute(AttributeKind.OPTIONAL_INTEGER, None),
            "dimensions": Attribute(AttributeKind.DIMENSIONS, ()),
            "each": Attribute(AttributeKind.FLAG, False),
            **TABLE,
            "missing": Attribute(AttributeKind.NAMES, None),
            "heading": Attribute(AttributeKind.OPTIONAL_TEXT, None),
            "limits": Attribute(AttributeKind.SIZES, ()),
            "beyond": Attribute(AttributeKind.TEXT, ""),
        },
        infer=declared,
        label=_input_label,
        roles=("role",),
    ),
    "constant": computed(
        form=Form.WRITTEN,
        arity=0,
        infer=declared,
        clear=None,
        traits=Trait.SOURCE,
        attributes={"type": Attribute(AttributeKind.TYPE), "value": Attribute(AttributeKind.ARRAY)},
        interval=_of_array,
        domain=WHOLE,
        identities=(),
        widen=None,
    ),
    "iota": computed(
        arity=0,
        infer=iota,
        clear=kernel("iota", "n"),
        traits=Trait.SOURCE,
        attributes={"n": INTEGER},
        interval=_below_n,
        domain=WHOLE,
        identities=(),
        widen=None,
    ),
}
