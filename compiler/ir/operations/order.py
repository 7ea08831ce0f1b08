"""Orders: operations that give rows, and operations that move elements by rows.

`descending` has a 1 for each key in descending order; rows with equal keys keep their order. `digit` says how many bits
of the keys a protocol looks at together; `choose_shares` decides it. `align` gives the first `rows` joined rows of a
side, in a join on keys that their owners hold: see `runtime.alignment.base`.
"""

from collections.abc import Mapping, Sequence

from ..intervals import Interval
from ..program import Operation
from ..types import ROWS, ArrayType, Kind
from .families import (
    INTEGER,
    SIZES,
    WHOLE,
    computed,
    first_interval,
    kernel,
    plain,
    secret_label,
)
from .row import FIRST, Attribute, AttributeKind, ClearRule, Form, Held, IntervalRule, OperationRow, Trait
from .sources import iota
from .typing import Attributes, OperationTypeError, TypeRule, Types, only

# --- types --------------------------------------------------------------------------------------------------------


def argsort(types: Types, attributes: Attributes) -> Types:
    """The type of the rows of vectors in the order of the vectors' elements."""
    shape, flags = types[0].shape if types else (), attributes["descending"]
    if len(shape) != 1 or any(type.shape != shape for type in types):
        found = ", ".join(str(list(type.shape)) for type in types)
        raise OperationTypeError("rows are sorted by vectors of one length", "one axis", found)
    if len(flags) != len(types) or not {0, 1}.issuperset(flags):
        raise OperationTypeError("each key goes up or down", f"{len(types)} of 0 and 1", str(flags))
    return (ArrayType(ROWS, shape),)


def random_rows(types: Types, attributes: Attributes) -> Types:
    """The type of rows in an order that nobody knows."""
    (indices,) = iota(types, attributes)
    return (indices.with_element(ROWS),)


def invert(types: Types, attributes: Attributes) -> Types:
    """The type of the rows that undo an arrangement."""
    only(types, Kind.ROWS)
    return types


def gather(types: Types, attributes: Attributes) -> Types:
    """The type of an array whose first axis is arranged by rows."""
    array, rows = types
    only((rows,), Kind.ROWS)
    if array.element == ROWS or array.shape[:1] != rows.shape:
        raise OperationTypeError("rows are gathered from an array of as many", f"{rows.shape[0]} rows", str(array))
    return (array,)


def placed(types: Types, attributes: Attributes) -> Types:
    """The arrangement that takes row i to the place that a vector's element i says."""
    only(types, Kind.INT)
    if len(types[0].shape) != 1:
        raise OperationTypeError("rows have places in a vector", "one axis", str(types[0]))
    return (types[0].with_element(ROWS),)


def copies(types: Types, attributes: Attributes) -> Types:
    """Rows of an array on as many rows as an arrangement has."""
    array, rows = types
    only((rows,), Kind.ROWS)
    if array.element == ROWS or not array.shape or array.shape[0] > rows.shape[0]:
        raise OperationTypeError("rows are copied to as many or more", f"{rows.shape[0]} rows at most", str(array))
    return (array.with_shape((*rows.shape, *array.shape[1:])),)


def align(types: Types, attributes: Attributes) -> Types:
    """The type of the joined rows of a side's column."""
    (type,), side, rows = types, attributes["side"], attributes["rows"]
    if side not in (0, 1) or len(attributes["counts"]) != 2:
        raise OperationTypeError("a join has two sides", "0 or 1", str(side))
    if type.element == ROWS or type.shape[:1] != attributes["counts"][side : side + 1]:
        raise OperationTypeError("a side's columns have its rows", str(attributes["counts"][side]), str(type))
    if not 0 <= rows <= type.shape[0]:
        raise OperationTypeError("aligned rows are some of the side's", f"at most {type.shape[0]}", str(rows))
    return (type.with_shape((rows, *type.shape[1:])),)


# --- knowledge ----------------------------------------------------------------------------------------------------


def _is_aligned_by_its_owner(operation: Operation) -> str:
    attributes, label = operation.attributes, operation.operands[0].label
    owners = attributes["owners"] or ()
    if len(owners) != 2 or not label.is_clear or label.owner not in (None, owners[attributes["side"]]):
        return "a side's owner aligns what it knows"
    if not len(attributes["left"] or ()) == len(attributes["right"] or ()) == len(attributes["kinds"] or ()) > 0:
        return "both sides have the same key columns"
    if sum(attributes["together"]) != len(attributes["kinds"]):
        return "each key column is in one key"
    return ""


# --- intervals ----------------------------------------------------------------------------------------------------


def _row_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return Interval(0, max(operation.results[0].type.size - 1, 0))


def _copied(operation: Operation, x: Sequence[Interval]) -> Interval:
    """A row of the array, or zeros."""
    return x[0].hull(Interval(0, 0))


# --- rows ---------------------------------------------------------------------------------------------------------


def _of_rows(
    *,
    arity: int | None,
    infer: TypeRule,
    clear: ClearRule,
    traits: Trait,
    interval: IntervalRule,
    attributes: Mapping[str, Attribute] | None = None,
    elements_of: slice | None = None,
) -> OperationRow:
    """The row of an operation that finds rows or moves them: it has no algebra."""
    return computed(
        arity=arity,
        infer=infer,
        clear=clear,
        traits=traits,
        attributes=attributes,
        interval=interval,
        domain=WHOLE,
        elements_of=elements_of,
        identities=(),
        widen=None,
    )


_NAMES = Attribute(AttributeKind.NAMES)

ORDER: dict[str, OperationRow] = {
    "argsort": _of_rows(
        arity=None,
        infer=argsort,
        clear=kernel("argsort", "descending"),
        traits=Trait.NONE,
        attributes={"descending": SIZES, "digit": Attribute(AttributeKind.INTEGER, 2)},
        interval=_row_interval,
    ),
    "random_rows": plain(
        form=Form.COMPUTED,
        arity=0,
        traits=Trait.SOURCE | Trait.DRAW,
        attributes={"n": INTEGER},
        infer=random_rows,
        label=secret_label,
        interval=_row_interval,
    ),
    "invert": _of_rows(
        arity=1,
        infer=invert,
        clear=kernel("invert"),
        traits=Trait.ROWS,
        interval=_row_interval,
    ),
    "gather": _of_rows(
        arity=2,
        infer=gather,
        clear=kernel("gather"),
        traits=Trait.STRUCTURAL | Trait.ROWS,
        interval=first_interval,
        elements_of=FIRST,
    ),
    # The places are each there once: whoever writes the operation makes sure of that, since no protocol looks.
    "placed": _of_rows(
        arity=1,
        infer=placed,
        clear=kernel("invert"),
        traits=Trait.NONE,
        interval=_row_interval,
    ),
    "copies": _of_rows(
        arity=2,
        infer=copies,
        clear=kernel("copies"),
        traits=Trait.ROWS,
        interval=_copied,
    ),
    # A join by its name, and all that a program has to say of the join: rows and roles of both sides, the inputs with
    # the keys and the kinds of these, how many of them are a key together, of how many rows of a side a key may be, and
    # how the program calls whether a key of the left side stands twice: see `runtime.graph.alignments.Matching`.
    "align": plain(
        form=Form.COMPUTED,
        arity=1,
        traits=Trait.HOLDING,
        attributes={
            "join": Attribute(AttributeKind.TEXT),
            "side": INTEGER,
            "rows": INTEGER,
            "counts": SIZES,
            "owners": _NAMES,
            "left": _NAMES,
            "right": _NAMES,
            "kinds": _NAMES,
            "together": SIZES,
            "most": SIZES,
            "repeats": Attribute(AttributeKind.TEXT),
        },
        infer=align,
        label=secret_label,
        requires=_is_aligned_by_its_owner,
        roles=("owners",),
        held=Held.AS_THEY_ARE,
        interval=first_interval,
        elements_of=FIRST,
    ),
}
