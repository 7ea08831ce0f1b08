"""What rows have in common: constructors for rows, and small rules that several families use."""

from collections.abc import Mapping, Sequence

from ..intervals import Interval, documented
from ..labels import SECRET, Label, computed_from
from ..program import Operation, Value
from .lanes import widen_elements
from .row import (
    Attribute,
    AttributeKind,
    ClearRule,
    Derivative,
    Domain,
    Form,
    Held,
    Identity,
    IntervalRule,
    LabelRule,
    OperationRow,
    Reads,
    Requirement,
    Terms,
    Total,
    Trait,
    WidenRule,
    WindowRule,
)
from .typing import Attributes, TypeRule, Types

INTEGER = Attribute(AttributeKind.INTEGER)
SIZES = Attribute(AttributeKind.SIZES)
AXIS = {"axis": INTEGER}
BITS = {"bits": INTEGER}
NAME = {"name": Attribute(AttributeKind.TEXT)}
TABLE = {
    "table": Attribute(AttributeKind.TEXT, ""),
    "valid": Attribute(AttributeKind.TEXT, ""),
    "present": Attribute(AttributeKind.TEXT, ""),
}

WHOLE = Domain()
"""Every number of the ring, for operations whose result may be wrong if an operand has wrapped."""

MODULAR = Domain(is_modular=True)


# --- labels and requirements --------------------------------------------------------------------------------------


def joined_label(attributes: Attributes, labels: Sequence[Label]) -> Label:
    """The result is known to whoever knows all operands."""
    return computed_from(labels)


def kept_label(attributes: Attributes, labels: Sequence[Label]) -> Label:
    """The result is known to whoever knows the operand: each member of a role computes its own row."""
    return labels[0]


def secret_label(attributes: Attributes, labels: Sequence[Label]) -> Label:
    """Nobody knows the result."""
    return SECRET


def nothing_more(operation: Operation) -> str:
    """Nothing is required beyond types and the labels of results."""
    return ""


# --- rows ---------------------------------------------------------------------------------------------------------


def plain(
    *,
    form: Form,
    arity: int | None,
    traits: Trait,
    attributes: Mapping[str, Attribute],
    infer: TypeRule | None,
    label: LabelRule,
    clear: ClearRule | None = None,
    regions: int = 0,
    requires: Requirement = nothing_more,
    roles: tuple[str, ...] = (),
    held: Held = Held.MIXED,
    interval: IntervalRule | None = None,
    elements_of: slice | None = None,
) -> OperationRow:
    """The row of an operation without algebra: a source, an effect, control, or a change of who holds a value."""
    return OperationRow(
        form=form,
        arity=arity,
        regions=regions,
        indices_from=None,
        windows=None,
        traits=traits,
        attributes=attributes,
        infer=infer,
        clear=clear,
        label=label,
        requires=requires,
        roles=roles,
        held=held,
        interval=interval,
        domain=WHOLE if elements_of is None else MODULAR,
        reads=Reads.NOTHING,
        elements_of=elements_of,
        after_truncation=None,
        total=None,
        identities=(),
        widen=None,
        derivative=None,
    )


def computed(
    *,
    arity: int | None,
    infer: TypeRule,
    clear: ClearRule | None,
    traits: Trait,
    interval: IntervalRule,
    domain: Domain,
    identities: tuple[Identity, ...],
    widen: WidenRule | None,
    form: Form = Form.COMPUTED,
    attributes: Mapping[str, Attribute] | None = None,
    indices_from: int | None = None,
    windows: WindowRule | None = None,
    reads: Reads = Reads.NOTHING,
    elements_of: slice | None = None,
    after_truncation: slice | None = None,
    total: Total | None = None,
    derivative: Derivative | None = None,
    label: LabelRule = joined_label,
) -> OperationRow:
    """The row of an operation that computes its result from its operands. Whoever knows all operands can compute it."""
    return OperationRow(
        form=form,
        arity=arity,
        regions=0,
        indices_from=indices_from,
        windows=windows,
        traits=traits,
        attributes={} if attributes is None else attributes,
        infer=infer,
        clear=clear,
        label=label,
        requires=nothing_more,
        roles=(),
        held=Held.MIXED,
        interval=interval,
        domain=domain,
        reads=reads,
        elements_of=elements_of,
        after_truncation=after_truncation,
        total=total,
        identities=identities,
        widen=widen,
        derivative=derivative,
    )


def elementwise(
    *,
    arity: int,
    infer: TypeRule,
    clear: ClearRule,
    interval: IntervalRule,
    domain: Domain,
    identities: tuple[Identity, ...],
    traits: Trait = Trait.NONE,
    attributes: Mapping[str, Attribute] | None = None,
    reads: Reads = Reads.NOTHING,
    elements_of: slice | None = None,
    after_truncation: slice | None = None,
    total: Total | None = None,
    derivative: Derivative | None = None,
    label: LabelRule = joined_label,
) -> OperationRow:
    """The row of an operation that computes each element from the elements at its place."""
    return computed(
        arity=arity,
        infer=infer,
        clear=clear,
        traits=Trait.ELEMENTWISE | traits,
        attributes=attributes,
        interval=interval,
        domain=domain,
        reads=reads,
        elements_of=elements_of,
        after_truncation=after_truncation,
        total=total,
        identities=identities,
        widen=widen_elements,
        derivative=derivative,
        label=label,
    )


# --- clear meanings -----------------------------------------------------------------------------------------------


def kernel(name: str, *kept: str) -> ClearRule:
    """The kernel `name`, with the operation's attributes that `kept` names."""
    return lambda types, attributes: (name, {key: attributes[key] for key in kept})


def at_scale(name: str) -> ClearRule:
    """The kernel `name` with the fraction bits of the first operand as `scale`."""
    return lambda types, attributes: (name, {"scale": types[0].element.scale})


def same_types(types: Types, attributes: Attributes) -> Types:
    """The result has the type of the operand."""
    return types


# --- intervals ----------------------------------------------------------------------------------------------------


def first_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    """The result is in the interval of the first operand."""
    return x[0]


# --- domains ------------------------------------------------------------------------------------------------------


TRUNCATABLE = Interval(-(1 << 62) + 1, 1 << 62)
"""What every protocol can truncate; see `Conversions.truncate`."""

WIDE = {"is_wide": Attribute(AttributeKind.FLAG, False)}
"""Whether operands may be all that 62 bits hold, and not documented numbers only."""

_WIDE = Interval(-(1 << 62) + 1, (1 << 62) - 1)


def wide_operand(operation: Operation, place: int) -> Interval:
    """Documented numbers, or all that 62 bits hold if the operation `is_wide`."""
    return _WIDE if operation.attributes["is_wide"] else documented_operand(operation, place)


def documented_operand(operation: Operation, place: int) -> Interval:
    """The documented numbers at the precision that the program asks for, as integers at the operand's scale."""
    scale = operation.operands[place].type.element.scale
    return documented(operation.attributes.get("precision") or scale, scale)


def documented_result(operation: Operation) -> Interval:
    """The documented numbers at the precision that the program asks for, as integers at the result's scale."""
    scale = operation.results[0].type.element.scale
    return documented(operation.attributes.get("precision") or scale, scale)


def always(operation: Operation) -> bool:
    """Operands must be the numbers themselves, whatever the types are."""
    return True


# --- identities ---------------------------------------------------------------------------------------------------


def as_result(terms: Terms, operation: Operation, value: Value) -> Value:
    """The value, cast and broadcast to the type of the operation's result."""
    return terms.fitted(value, operation.results[0])


def zero(terms: Terms, operation: Operation) -> Value:
    """Zeros in the type of the operation's result."""
    return terms.filled(0, operation.results[0].type)


def twice(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """An operation that undoes itself: negate(negate(x)) and not(not(x)) are x."""
    inner = terms.operand_of(operation.name, operands[0])
    return None if inner is None else as_result(terms, operation, inner)


def by_no_bits(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """A shift or truncation by 0 bits changes nothing."""
    return operands[0] if operation.attributes["bits"] == 0 else None
