"""Meanings as rows of IR values, for passing through a region: out of a branch, around a loop, out of a call.

A *sketch* is what stays the same of a meaning: kinds, elements, shapes, labels. Two sketches join to a sketch that
holds both, so that two ways through a program can meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ...ir.labels import STATIC, Label, join
from ...ir.program import Value
from ...ir.types import BOOL, ArrayType, Element, Kind
from ..type_names import type_name
from .context import Context
from .conversion import cast, joined
from .describe import describe
from .values import Array, Bundle, Meaning, Presence, Table, tied

Relabel = Callable[[Label], Label]


class MismatchError(Exception):
    """Two ways through a program give a name meanings that do not go together. The text continues a message."""


@dataclass(frozen=True, slots=True)
class PresenceSketch:
    """Which elements are there: shape and label of the bits, and what the missing ones hold."""

    shape: tuple[int, ...]
    label: Label
    held: int | None


@dataclass(frozen=True, slots=True)
class ArraySketch:
    """An array. `ties` has the label of the valid bits of each axis, None for an axis without valid bits."""

    type: ArrayType
    label: Label
    ties: tuple[Label | None, ...]
    present: PresenceSketch | None = None


@dataclass(frozen=True, slots=True)
class TableSketch:
    """A table; of its marks the labels."""

    columns: tuple[tuple[str, ArraySketch], ...]
    rows: int
    valid: Label | None
    origin: str = ""
    marks: tuple[tuple[str, Label], ...] = ()


@dataclass(frozen=True, slots=True)
class BundleSketch:
    """A tuple."""

    elements: tuple[Sketch, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """A meaning that does not pass through the IR, such as a function. It must be the same on every way."""

    meaning: Meaning


Sketch = ArraySketch | TableSketch | BundleSketch | Same


def sketch(meaning: Meaning) -> Sketch:
    """The sketch of a meaning."""
    match meaning:
        case Array():
            ties = tuple(None if tie is None else tie.label for tie in meaning.ties)
            return ArraySketch(meaning.type, meaning.label, ties or (None,) * meaning.rank, _presence(meaning.present))
        case Table():
            columns = tuple(
                (name, _column(value, meaning.present.get(name))) for name, value in meaning.columns.items()
            )
            valid = None if meaning.valid is None else meaning.valid.label
            marks = tuple((name, value.label) for name, value in meaning.marks.items())
            return TableSketch(columns, meaning.rows, valid, meaning.origin, marks)
        case Bundle():
            return BundleSketch(tuple(sketch(element) for element in meaning.elements))
        case _:
            return Same(meaning)


def _column(value: Value, present: Presence | None) -> ArraySketch:
    return ArraySketch(value.type, value.label, (None,) * len(value.type.shape), _presence(present))


def _presence(present: Presence | None) -> PresenceSketch | None:
    return None if present is None else PresenceSketch(present.bits.type.shape, present.bits.label, present.held)


def joined_sketch(context: Context, x: Sketch, y: Sketch, *, widen: bool = False) -> Sketch:
    """The sketch that holds both. With `widen`, an int whose width differs gets 64 bits. Raises MismatchError."""
    match x, y:
        case ArraySketch(), ArraySketch():
            return _joined_arrays(context, x, y, widen)
        case TableSketch(), TableSketch():
            names = [name for name, _ in x.columns]
            if names != [name for name, _ in y.columns] or x.rows != y.rows:
                raise MismatchError("a table with other columns or rows on another way")
            columns = zip(x.columns, y.columns, strict=True)
            pairs = tuple((name, _joined_arrays(context, a, b, widen)) for (name, a), (_, b) in columns)
            origin = x.origin if x.origin == y.origin else ""
            others = dict(y.marks)
            marks = tuple((name, join((label, others[name]))) for name, label in x.marks if name in others)
            return TableSketch(pairs, x.rows, _joined_tie(x.valid, y.valid), origin, marks)
        case BundleSketch(), BundleSketch() if len(x.elements) == len(y.elements):
            pairs_of = zip(x.elements, y.elements, strict=True)
            return BundleSketch(tuple(joined_sketch(context, a, b, widen=widen) for a, b in pairs_of))
        case Same(), Same() if x.meaning == y.meaning:
            return x
        case _:
            raise MismatchError(f"which is {_told(x)} on one way and {_told(y)} on another")


def _joined_arrays(context: Context, x: ArraySketch, y: ArraySketch, widen: bool) -> ArraySketch:
    element = joined([x.type.element, y.type.element], context.scale)
    if element is None or x.type.shape != y.type.shape:
        raise MismatchError(f"which is {type_name(x.type)} on one way and {type_name(y.type)} on another")
    has_width = element.kind is Kind.INT or element.is_moment
    if widen and has_width and element.bits not in (x.type.element.bits, 64):
        element = replace(element, bits=64)
    ties = tuple(_joined_tie(a, b) for a, b in zip(x.ties, y.ties, strict=True))
    return ArraySketch(x.type.with_element(element), join((x.label, y.label)), ties, _joined_presence(x, y, element))


def _joined_presence(x: ArraySketch, y: ArraySketch, element: Element) -> PresenceSketch | None:
    """What is missing on either way; bits of two shapes become those of each element."""
    if x.present is None or y.present is None:
        one = x.present or y.present
        return None if one is None else PresenceSketch(one.shape, one.label, _held_as(x, y, one.held, element))
    shape = x.present.shape if x.present.shape == y.present.shape else x.type.shape
    held = x.present.held if x.present.held == y.present.held else None
    return PresenceSketch(shape, join((x.present.label, y.present.label)), _held_as(x, y, held, element))


def _held_as(x: ArraySketch, y: ArraySketch, held: int | None, element: Element) -> int | None:
    """What missing elements hold in the common element: a number other than 0 is another one there."""
    return held if not held or x.type.element == y.type.element == element else None


def _joined_tie(x: Label | None, y: Label | None) -> Label | None:
    return None if x is None and y is None else join((x or STATIC, y or STATIC))


def _told(one: Sketch) -> str:
    match one:
        case ArraySketch():
            return type_name(one.type)
        case TableSketch():
            return "a table"
        case BundleSketch():
            return "a tuple"
        case Same():
            return describe(one.meaning)


def relabelled(one: Sketch, change: Relabel) -> Sketch:
    """The sketch with every label changed."""
    match one:
        case ArraySketch():
            return _relabelled_array(one, change)
        case TableSketch():
            columns = tuple((name, _relabelled_array(column, change)) for name, column in one.columns)
            marks = tuple((name, change(label)) for name, label in one.marks)
            valid = None if one.valid is None else change(one.valid)
            return TableSketch(columns, one.rows, valid, one.origin, marks)
        case BundleSketch():
            return BundleSketch(tuple(relabelled(element, change) for element in one.elements))
        case Same():
            return one


def _relabelled_array(one: ArraySketch, change: Relabel) -> ArraySketch:
    ties = tuple(None if tie is None else change(tie) for tie in one.ties)
    present = None if one.present is None else replace(one.present, label=change(one.present.label))
    return ArraySketch(one.type, change(one.label), ties, present)


def slots(one: Sketch) -> Iterator[tuple[ArrayType, Label]]:
    """The type and label of each IR value of the meaning, in order."""
    match one:
        case ArraySketch():
            yield from _column_slots(one)
            for size, tie in zip(one.type.shape, one.ties, strict=True):
                if tie is not None:
                    yield ArrayType(BOOL, (size,)), tie
        case TableSketch():
            for _, column in one.columns:
                yield from _column_slots(column)
            for _, label in one.marks:
                yield ArrayType(BOOL, (one.rows,)), label
            if one.valid is not None:
                yield ArrayType(BOOL, (one.rows,)), one.valid
        case BundleSketch():
            for element in one.elements:
                yield from slots(element)
        case Same():
            return


def _column_slots(one: ArraySketch) -> Iterator[tuple[ArrayType, Label]]:
    yield one.type, one.label
    if one.present is not None:
        yield ArrayType(BOOL, one.present.shape), one.present.label


def flatten(context: Context, meaning: Meaning, one: Sketch) -> Iterator[Value]:
    """The IR values of a meaning in the elements of the sketch; rows that it ties and the meaning does not are
    valid, elements that may be missing there and not here are present.
    """
    match one, meaning:
        case ArraySketch(), Array():
            yield from _flat_column(context, meaning, one)
            for axis, tie in enumerate(one.ties):
                if tie is not None:
                    yield _valid(context, meaning.tie(axis), meaning.shape[axis])
        case TableSketch(), Table():
            for name, column in one.columns:
                yield from _flat_column(context, Array(meaning.columns[name], (), meaning.present.get(name)), column)
            yield from (meaning.marks[name] for name, _ in one.marks)
            if one.valid is not None:
                yield _valid(context, meaning.valid, meaning.rows)
        case BundleSketch(), Bundle():
            for element, inner in zip(meaning.elements, one.elements, strict=True):
                yield from flatten(context, element, inner)
        case _:
            return


def _flat_column(context: Context, x: Array, one: ArraySketch) -> Iterator[Value]:
    yield cast(context, x, one.type.element).value
    if one.present is None:
        return
    if x.present is None:
        yield context.boolean(True, one.present.shape)
    elif x.present.bits.type.shape == one.present.shape:
        yield x.present.bits
    else:
        yield context.emit("broadcast", x.present.bits, shape=one.present.shape)


def _valid(context: Context, tie: Value | None, size: int) -> Value:
    return context.boolean(True, (size,)) if tie is None else tie


def rebuild(one: Sketch, values: Iterator[Value]) -> Meaning:
    """The meaning that the sketch and its IR values stand for."""
    match one:
        case ArraySketch():
            value, present = _rebuilt_column(one, values)
            return tied(value, tuple(None if tie is None else next(values) for tie in one.ties), present)
        case TableSketch():
            built = {name: _rebuilt_column(column, values) for name, column in one.columns}
            columns = {name: value for name, (value, _) in built.items()}
            present_of = {name: present for name, (_, present) in built.items() if present is not None}
            marks = {name: next(values) for name, _ in one.marks}
            valid = None if one.valid is None else next(values)
            return Table(columns, one.rows, valid, one.origin, marks, present_of)
        case BundleSketch():
            return Bundle(tuple(rebuild(element, values) for element in one.elements))
        case Same():
            return one.meaning


def _rebuilt_column(one: ArraySketch, values: Iterator[Value]) -> tuple[Value, Presence | None]:
    value = next(values)
    return value, None if one.present is None else Presence(next(values), one.present.held)


def zeros(context: Context, one: Sketch) -> Iterator[Value]:
    """Static values of the sketch's types, for values that a loop's first turn never reads."""
    for type, _ in slots(one):
        yield context.filled(type, 0)


def raw_values(meaning: Meaning) -> tuple[Value, ...]:
    """The IR values of a meaning, unchanged."""
    match meaning:
        case Array():
            bits = () if meaning.present is None else (meaning.present.bits,)
            return (meaning.value, *bits, *(tie for tie in meaning.ties if tie is not None))
        case Table():
            present = (one.bits for one in meaning.present.values())
            valid = () if meaning.valid is None else (meaning.valid,)
            return (*meaning.columns.values(), *present, *meaning.marks.values(), *valid)
        case Bundle():
            return tuple(value for element in meaning.elements for value in raw_values(element))
        case _:
            return ()
