"""The operations of the IR: one row each, with everything that an operation is. Adding one is adding a row.

Attributes in the table are complete: `build` fills in defaults, `verify` checks kinds, so that readers may index them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, Flag, auto
from typing import Any

from . import infer_arithmetic, infer_structure
from .labels import REVEALED, SECRET, Label, join, owned
from .operands import Attributes, OperationTypeError, Rule, Types
from .types import ROWS, Kind


class Trait(Flag):
    """What passes may know about an operation without knowing it."""

    NONE = 0
    ELEMENTWISE = auto()
    """Each element of the result depends on the elements at its place, by broadcasting."""
    STRUCTURAL = auto()
    """Elements are moved, not computed."""
    LINEAR = auto()
    """Commutes with addition modulo 2^64 of its array operands: each additive share may be treated alone."""
    COMMUTATIVE = auto()
    """The two operands may be exchanged."""
    REDUCTION = auto()
    """Works along the attribute `axis`."""
    EFFECT = auto()
    """Something happens outside the IR: never merged, moved or dropped."""
    CONTROL = auto()
    """Holds regions; types and labels of its results come from them."""
    SOURCE = auto()
    """Takes no operands."""
    DRAW = auto()
    """Gives something new each time: never merged or moved, but dropped where nobody needs it."""


class AttributeKind(Enum):
    """What an attribute may be; `verify` checks it, the text form relies on it."""

    FLAG = "a bool"
    INTEGER = "an int"
    TEXT = "a text"
    OPTIONAL_TEXT = "a text or None"
    OPTIONAL_INTEGER = "an int or None"
    NAMES = "texts or None"
    SIZES = "ints"
    BOUNDS = "ints or Nones"
    DIMENSIONS = "ints and size names"
    ARRAY = "an array"
    ELEMENT = "an element type"
    TYPE = "an array type"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a row; without a default it must be given."""

    kind: AttributeKind
    default: Any = ...


ClearRule = Callable[[Types, Attributes], tuple[str, Attributes]]
"""From operand types and attributes to the name in `runtime.clear.KERNELS` and the kernel's attributes."""


@dataclass(frozen=True, slots=True)
class OperationRow:
    """What an operation is.

    `arity` is the number of operands, None for any. `infer` gives the result types (None where regions say them).
    `clear` gives the kernel that means it (None for inputs, constants, effects and control). From operand
    `indices_from` on, operands are places, not data: they must be public.
    """

    arity: int | None
    infer: Rule | None
    clear: ClearRule | None = None
    traits: Trait = Trait.NONE
    attributes: dict[str, Attribute] = field(default_factory=dict)
    indices_from: int | None = None

    def has(self, trait: Trait) -> bool:
        """Whether the operation has all of these traits."""
        return trait in self.traits

    @property
    def is_pure(self) -> bool:
        """Whether equal operands and attributes give equal results and nothing else happens; control is not asked."""
        return self.infer is not None and not self.traits & (Trait.EFFECT | Trait.DRAW)


def _kernel(name: str, *kept: str) -> ClearRule:
    """The kernel `name` with the operation's attributes `kept`, as they are."""
    return lambda types, attributes: (name, {key: attributes[key] for key in kept})


def _cast(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    source, target = types[0].element, attributes["element"]
    if source.kind is not Kind.BOOL and source.scale == target.scale:
        return "identity", {}
    if target.kind is Kind.BOOL:
        return "identity", {}
    return "cast", {"bits": target.scale - source.scale}


def _floor(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    return "shift_right", {"bits": types[0].element.scale}


def _at_scale(name: str) -> ClearRule:
    """The kernel `name`, told the fraction bits of its operands."""
    return lambda types, attributes: (name, {"scale": types[0].element.scale})


_INTEGER = Attribute(AttributeKind.INTEGER)
_SIZES = Attribute(AttributeKind.SIZES)
_AXIS = {"axis": _INTEGER}
_BITS = {"bits": _INTEGER}
_PRECISION = {"precision": Attribute(AttributeKind.OPTIONAL_INTEGER, None)}
"""The fraction bits that count, where operand and result have more of them."""
_SLICES = {"starts": _SIZES, "stops": Attribute(AttributeKind.BOUNDS), "steps": _SIZES}
_TABLE = {"table": Attribute(AttributeKind.TEXT, ""), "valid": Attribute(AttributeKind.TEXT, "")}
_NAME = {"name": Attribute(AttributeKind.TEXT)}
_DECLARED = {"dimensions": Attribute(AttributeKind.DIMENSIONS, ()), "each": Attribute(AttributeKind.FLAG, False)}

_JOIN = {
    "join": Attribute(AttributeKind.TEXT),
    "side": _INTEGER,
    "rows": _INTEGER,
    "counts": _SIZES,
    "owners": Attribute(AttributeKind.NAMES),
    "left": Attribute(AttributeKind.NAMES),
    "right": Attribute(AttributeKind.NAMES),
    "kinds": Attribute(AttributeKind.NAMES),
}
"""A join by its name, and all that a program has to say of it: rows and roles of both sides, the inputs with their keys
in order of priority, and the kinds of these."""

_E, _S, _L, _C = Trait.ELEMENTWISE, Trait.STRUCTURAL, Trait.LINEAR, Trait.COMMUTATIVE
_REDUCTION, _CONTROL, _EFFECT, _SOURCE = Trait.REDUCTION, Trait.CONTROL, Trait.EFFECT, Trait.SOURCE


_LIMITED = {"limits": Attribute(AttributeKind.SIZES, ()), "beyond": Attribute(AttributeKind.TEXT, "")}
"""The least and the greatest number that an input's owner accepts, and what is wrong with others; see Declaration."""

OPERATIONS: dict[str, OperationRow] = {
    # Sources. An input's dimensions (size names and ints), table, `each`
    # and the number that stands for a missing value are for messages and readers of data.
    "input": OperationRow(
        0,
        infer_structure.declared,
        traits=_SOURCE | _EFFECT,
        attributes={
            **_NAME,
            "type": Attribute(AttributeKind.TYPE),
            "role": Attribute(AttributeKind.OPTIONAL_TEXT, None),
            "shares": Attribute(AttributeKind.FLAG, False),
            "default": Attribute(AttributeKind.OPTIONAL_INTEGER, None),
            **_DECLARED,
            **_TABLE,
            **_LIMITED,
        },
    ),
    "constant": OperationRow(
        0,
        infer_structure.declared,
        traits=_SOURCE,
        attributes={"type": Attribute(AttributeKind.TYPE), "value": Attribute(AttributeKind.ARRAY)},
    ),
    "iota": OperationRow(0, infer_structure.iota, _kernel("iota", "n"), _SOURCE, {"n": _INTEGER}),
    # Structure.
    "broadcast": OperationRow(1, infer_structure.broadcast, _kernel("broadcast", "shape"), _S | _L, {"shape": _SIZES}),
    "reshape": OperationRow(1, infer_structure.reshape, _kernel("reshape", "shape"), _S | _L, {"shape": _SIZES}),
    "transpose": OperationRow(
        1, infer_structure.transpose, _kernel("transpose", "permutation"), _S | _L, {"permutation": _SIZES}
    ),
    "slice": OperationRow(1, infer_structure.slice_, _kernel("slice", *_SLICES), _S | _L, _SLICES),
    "concat": OperationRow(None, infer_structure.concat, _kernel("concat", "axis"), _S | _L, _AXIS),
    "take": OperationRow(2, infer_structure.take, _kernel("take", "axis"), _S | _L, _AXIS, indices_from=1),
    "slice_at": OperationRow(
        None,
        infer_structure.slice_at,
        _kernel("slice_at", "axes", "sizes"),
        _S | _L,
        {"axes": _SIZES, "sizes": _SIZES},
        indices_from=1,
    ),
    "update": OperationRow(2, infer_structure.update, _kernel("update", *_SLICES), _S | _L, _SLICES),
    "update_at": OperationRow(
        None, infer_structure.update_at, _kernel("update_at", "axes"), _S | _L, {"axes": _SIZES}, indices_from=2
    ),
    # Arithmetic.
    "cast": OperationRow(1, infer_arithmetic.cast, _cast, _E, {"element": Attribute(AttributeKind.ELEMENT)}),
    "truncate": OperationRow(1, infer_arithmetic.truncate, _kernel("truncate", "bits"), _E, _BITS),
    "floor": OperationRow(1, infer_arithmetic.floor, _floor, _E),
    "add": OperationRow(2, infer_arithmetic.add, _kernel("add"), _E | _L | _C),
    "subtract": OperationRow(2, infer_arithmetic.add, _kernel("subtract"), _E | _L),
    "negate": OperationRow(1, infer_arithmetic.negate, _kernel("negate"), _E | _L),
    "multiply": OperationRow(2, infer_arithmetic.multiply, _kernel("multiply"), _E | _C),
    "matmul": OperationRow(2, infer_arithmetic.matmul, _kernel("matmul")),
    "divide": OperationRow(2, infer_arithmetic.divide, _at_scale("divide"), _E),
    "floor_divide": OperationRow(2, infer_arithmetic.floor_divide, _kernel("floor_divide"), _E),
    "modulo": OperationRow(2, infer_arithmetic.modulo, _kernel("modulo"), _E),
    # Comparison and bits.
    "less": OperationRow(2, infer_arithmetic.less, _kernel("less"), _E),
    "equal": OperationRow(2, infer_arithmetic.equal, _kernel("equal"), _E | _C),
    "and": OperationRow(2, infer_arithmetic.logic, _kernel("and"), _E | _C),
    "or": OperationRow(2, infer_arithmetic.logic, _kernel("or"), _E | _C),
    "xor": OperationRow(2, infer_arithmetic.logic, _kernel("xor"), _E | _C),
    "not": OperationRow(1, infer_arithmetic.logic, _kernel("not"), _E),
    "shift_left": OperationRow(1, infer_arithmetic.shift_left, _kernel("shift_left", "bits"), _E | _L, _BITS),
    "shift_right": OperationRow(1, infer_arithmetic.shift_right, _kernel("shift_right", "bits"), _E, _BITS),
    "select": OperationRow(3, infer_arithmetic.select, _kernel("select"), _E),
    # Functions.
    "sqrt": OperationRow(1, infer_arithmetic.function, _at_scale("sqrt"), _E),
    "exp": OperationRow(1, infer_arithmetic.function, _at_scale("exp"), _E),
    "log": OperationRow(1, infer_arithmetic.function, _at_scale("log"), _E),
    "sin": OperationRow(1, infer_arithmetic.function, _at_scale("sin"), _E),
    "cos": OperationRow(1, infer_arithmetic.function, _at_scale("cos"), _E),
    "tanh": OperationRow(1, infer_arithmetic.finer_function, _at_scale("tanh"), _E, _PRECISION),
    "sigmoid": OperationRow(1, infer_arithmetic.finer_function, _at_scale("sigmoid"), _E, _PRECISION),
    # Reductions.
    "sum": OperationRow(1, infer_arithmetic.sum_, _kernel("sum", "axis"), _REDUCTION | _L, _AXIS),
    "cumsum": OperationRow(1, infer_arithmetic.cumsum, _kernel("cumsum", "axis"), _REDUCTION | _L, _AXIS),
    "min": OperationRow(1, infer_arithmetic.extremum, _kernel("min", "axis"), _REDUCTION, _AXIS),
    "max": OperationRow(1, infer_arithmetic.extremum, _kernel("max", "axis"), _REDUCTION, _AXIS),
    "argmin": OperationRow(1, infer_arithmetic.place_of_extremum, _kernel("argmin", "axis"), _REDUCTION, _AXIS),
    "argmax": OperationRow(1, infer_arithmetic.place_of_extremum, _kernel("argmax", "axis"), _REDUCTION, _AXIS),
    "any": OperationRow(1, infer_arithmetic.quantifier, _kernel("any", "axis"), _REDUCTION, _AXIS),
    "all": OperationRow(1, infer_arithmetic.quantifier, _kernel("all", "axis"), _REDUCTION, _AXIS),
    # Order: what gives rows, and what takes them. `descending` has a 1 for each key that goes down; ties stay in order.
    # `digit` is how many bits of the keys protocols look at together: `choose_shares` decides.
    "argsort": OperationRow(
        None,
        infer_structure.argsort,
        _kernel("argsort", "descending"),
        attributes={"descending": _SIZES, "digit": Attribute(AttributeKind.INTEGER, 2)},
    ),
    "random_rows": OperationRow(0, infer_structure.random_rows, None, _SOURCE | Trait.DRAW, {"n": _INTEGER}),
    "invert": OperationRow(1, infer_structure.invert, _kernel("invert")),
    "gather": OperationRow(2, infer_structure.gather, _kernel("gather"), _S),
    # The first `rows` joined rows of one side of a join whose keys their owners hold; see `runtime.alignment.base`.
    "align": OperationRow(1, infer_structure.align, attributes=_JOIN),
    # Knowledge: who holds the value changes, the value does not.
    "share": OperationRow(1, infer_structure.same, _kernel("identity")),
    "convert": OperationRow(
        1, infer_structure.same, _kernel("identity"), attributes={"to": Attribute(AttributeKind.TEXT)}
    ),
    # Effects. `table` and `valid` name the table of a revealed or kept column and the output with its valid bits.
    "reveal": OperationRow(
        1,
        infer_structure.reveal,
        traits=_EFFECT,
        attributes={**_NAME, "roles": Attribute(AttributeKind.NAMES, None), **_TABLE},
    ),
    "save": OperationRow(1, infer_structure.save, traits=_EFFECT, attributes={**_NAME, **_TABLE}),
    "assert": OperationRow(
        1, infer_structure.assert_, traits=_EFFECT, attributes={"message": Attribute(AttributeKind.TEXT, "")}
    ),
    # Control. Region arguments and results:
    # loop: (turn index, carried...) -> carried; while: carried -> (condition, carried...), operands alike;
    # branch: () -> results, first region if the condition holds; call: operands -> results.
    "loop": OperationRow(None, None, traits=_CONTROL, attributes={"count": _INTEGER}),
    "while": OperationRow(None, None, traits=_CONTROL),
    "branch": OperationRow(1, None, traits=_CONTROL),
    "call": OperationRow(None, None, traits=_CONTROL, attributes={"function": Attribute(AttributeKind.TEXT)}),
}


READERS_OF_ROWS = ("gather", "invert", "share")
"""The operations that take ROWS; every other one computes with numbers, moves them or tells them."""


def check_rows(name: str, types: Types) -> None:
    """Raises OperationTypeError where rows would be taken for numbers."""
    if name not in READERS_OF_ROWS and any(type.element == ROWS for type in types):
        raise OperationTypeError("where rows come from is no number", "an array", str(ROWS))


def label_of(name: str, attributes: Attributes, labels: Iterable[Label]) -> Label:
    """The label of the result of an operation other than control whose operands have these labels."""
    if name == "input":
        if attributes["shares"]:
            return SECRET
        return REVEALED if attributes["role"] is None else owned(attributes["role"])
    if name in ("share", "random_rows", "align"):
        return SECRET
    return REVEALED if name == "reveal" else join(labels)
