"""Operations that change who knows a value, that act outside the IR, or that hold regions.

The regions of control take arguments and give results. A loop's region: (turn, carried...) -> carried. A `while`'s:
carried -> (condition, carried...), as its operands. A branch's two: () -> results; the first runs if the condition
holds. A call's: operands -> results. `table` and `valid` name the table of a revealed or kept column, and the output
that has the table's valid bits. `present` names the output with the bits that tell which elements are there.
"""

from collections.abc import Mapping, Sequence

from ..labels import REVEALED, Label
from ..program import Operation
from ..types import Kind
from .families import (
    INTEGER,
    NAME,
    TABLE,
    first_interval,
    joined_label,
    kernel,
    nothing_more,
    plain,
    same_types,
    secret_label,
)
from .row import (
    FIRST,
    Attribute,
    AttributeKind,
    Form,
    Held,
    IntervalRule,
    LabelRule,
    OperationRow,
    Requirement,
    Trait,
)
from .typing import Attributes, OperationTypeError, TypeRule, Types, only

# --- types --------------------------------------------------------------------------------------------------------


def reveal(types: Types, attributes: Attributes) -> Types:
    """The value goes on, as a revealed one, if all roles learn it; else there is no result."""
    return types if attributes["roles"] is None else ()


def save(types: Types, attributes: Attributes) -> Types:
    """A kept value: no result."""
    return ()


def assert_(types: Types, attributes: Attributes) -> Types:
    """An assertion about one bool: no result."""
    only(types, Kind.BOOL)
    if types[0].shape:
        raise OperationTypeError("an assertion is about one bool", "a scalar", str(types[0]))
    return ()


# --- knowledge ----------------------------------------------------------------------------------------------------


def _revealed(attributes: Attributes, labels: Sequence[Label]) -> Label:
    return REVEALED


def _is_not_shared_yet(operation: Operation) -> str:
    return "" if operation.operands[0].label.is_clear else "a secret value is shared already"


def _is_known_to_somebody(operation: Operation) -> str:
    return "" if operation.operands[0].label.is_clear else "an assertion is known to somebody"


# --- rows ---------------------------------------------------------------------------------------------------------


def _holding(
    form: Form, attributes: Mapping[str, Attribute], label: LabelRule, requires: Requirement, held: Held, traits: Trait
) -> OperationRow:
    """The row of an operation that changes who holds a value, and not the value."""
    return plain(
        form=form,
        arity=1,
        traits=Trait.HOLDING | Trait.SAME | traits,
        attributes=attributes,
        infer=same_types,
        clear=kernel("identity"),
        label=label,
        requires=requires,
        held=held,
        interval=first_interval,
        elements_of=FIRST,
    )


def _effect(
    form: Form,
    attributes: Mapping[str, Attribute],
    infer: TypeRule,
    *,
    label: LabelRule = joined_label,
    requires: Requirement = nothing_more,
    roles: tuple[str, ...] = (),
    held: Held = Held.MIXED,
    interval: IntervalRule | None = None,
    traits: Trait = Trait.NONE,
) -> OperationRow:
    """The row of an operation that does something outside the IR."""
    return plain(
        form=form,
        arity=1,
        traits=Trait.EFFECT | traits,
        attributes=attributes,
        infer=infer,
        label=label,
        requires=requires,
        roles=roles,
        held=held,
        interval=interval,
    )


def _control(
    form: Form, arity: int | None, regions: int, attributes: Mapping[str, Attribute], traits: Trait = Trait.NONE
) -> OperationRow:
    """The row of a control operation. Its regions determine the results: see `ir.control`."""
    return plain(
        form=form,
        arity=arity,
        regions=regions,
        traits=Trait.CONTROL | traits,
        attributes=attributes,
        infer=None,
        label=joined_label,
    )


EFFECTS: dict[str, OperationRow] = {
    "share": _holding(Form.SHARED, {}, secret_label, _is_not_shared_yet, Held.AS_THEY_ARE, Trait.ROWS),
    "convert": _holding(
        Form.CONVERTED, {"to": Attribute(AttributeKind.TEXT)}, joined_label, nothing_more, Held.MIXED, Trait.NONE
    ),
    "reveal": _effect(
        Form.TOLD,
        {**NAME, "roles": Attribute(AttributeKind.NAMES, None), **TABLE},
        reveal,
        label=_revealed,
        roles=("roles",),
        held=Held.AS_THEY_ARE,
        interval=first_interval,
        traits=Trait.OUTPUT,
    ),
    "save": _effect(Form.KEPT, {**NAME, **TABLE}, save, held=Held.SHARED, traits=Trait.OUTPUT),
    "assert": _effect(
        Form.CHECKED,
        {"message": Attribute(AttributeKind.TEXT, "")},
        assert_,
        requires=_is_known_to_somebody,
        traits=Trait.STOP,
    ),
    # All nodes learn the bit, whoever knows it, and go on where it is true. Nothing that the program reveals later
    # leaves a party before the party has seen the bit; everything else goes on meanwhile.
    "require": _effect(
        Form.REQUIRED,
        {"message": Attribute(AttributeKind.TEXT)},
        assert_,
        held=Held.AS_THEY_ARE,
        traits=Trait.STOP,
    ),
    "loop": _control(Form.COUNTED, None, 1, {"count": INTEGER}, Trait.LOOP),
    "while": _control(Form.REPEATED, None, 1, {}, Trait.LOOP),
    "branch": _control(Form.CHOSEN, 1, 2, {}),
    "call": _control(Form.CALLED, None, 1, {"function": Attribute(AttributeKind.TEXT)}),
}
