"""What a signature is, and how a call is held against one. In: a signature and a call. Out: nothing, or an error.

A signature says how inputs and output are stored, which attributes there are, and how shapes and plane counts must fit
together (`rule`, from the folder `shapes`). Kernels trust it: they index without bounds checks, so every call that
passes here must be safe to run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .calls import Call, Rule
from .errors import GraphError, require
from .nodes import Storage, ValueType


class Generic(Enum):
    """A storage that the caller chooses. It is the same at every generic place of a call, but for MIXED and OTHER."""

    ARRAY = "an array of elements: any storage but BITS"
    CLEAR = "an array in the clear: INTEGER or BOOLEAN"
    MIXED = "an array in the clear, each INTEGER or BOOLEAN as it is"
    OTHER = "any storage, whatever the others have"
    ANY = "any storage"

    def takes(self, storage: Storage) -> bool:
        """Whether the caller may choose `storage`."""
        if self in (Generic.CLEAR, Generic.MIXED):
            return storage in (Storage.INTEGER, Storage.BOOLEAN)
        return self in (Generic.ANY, Generic.OTHER) or storage is not Storage.BITS


Slot = Storage | Generic


class Attribute(Enum):
    """The form of an attribute. A graph's file can hold it, and the kernel expects it."""

    INT = "an integer"
    INTS = "integers"
    INTS_OR_NONE = "integers, or None"
    STOPS = "integers or None"
    SHAPES = "shapes"
    TEXT = "a text"


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of one kernel. `more`, if given, is the storage of any number of further inputs.

    `attributes` must be given; `options` may be.
    """

    inputs: tuple[Slot, ...]
    output: Slot
    rule: Rule
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    options: Mapping[str, Attribute] = field(default_factory=dict)
    more: Slot | None = None


def check_signature(
    signature: Signature, inputs: tuple[ValueType, ...], output: ValueType, attributes: Mapping[str, Any]
) -> None:
    """Raises `GraphError` unless a kernel of this signature may be called with these types and attributes."""
    _check_attributes(signature, attributes)
    _check_storages(signature, inputs, output)
    signature.rule(Call(inputs, output, attributes))


def _check_attributes(signature: Signature, attributes: Mapping[str, Any]) -> None:
    missing = [name for name in signature.attributes if name not in attributes]
    require(not missing, f"attribute {missing[0]!r} is missing" if missing else "")
    for name, value in attributes.items():
        form = signature.attributes.get(name) or signature.options.get(name)
        if form is None:
            raise GraphError(f"there is no attribute {name!r}")
        require(_has_form(form, value), f"attribute {name!r} must be {form.value}")


def _check_storages(signature: Signature, inputs: tuple[ValueType, ...], output: ValueType) -> None:
    fixed = len(signature.inputs)
    enough = len(inputs) >= fixed if signature.more is not None else len(inputs) == fixed
    require(enough, f"takes {fixed} inputs{' or more' if signature.more is not None else ''}, not {len(inputs)}")
    chosen: Storage | None = None
    slots = [*signature.inputs, *[signature.more] * (len(inputs) - fixed), signature.output]
    for slot, value in zip(slots, [*inputs, output], strict=True):
        if isinstance(slot, Generic):
            require(slot.takes(value.storage), f"takes {slot.value}, not {value.storage.name}")
            if slot in (Generic.MIXED, Generic.OTHER):
                continue
            chosen = chosen or value.storage
            require(value.storage is chosen, f"mixes {value.storage.name} with {chosen.name}")
        else:
            expected = slot.name if slot is not None else ""
            require(value.storage is slot, f"takes {expected}, not {value.storage.name}")


_LARGEST = 1 << 62


def _is_int(value: object) -> bool:
    return type(value) is int and -_LARGEST <= value <= _LARGEST


def _is_ints(value: object) -> bool:
    if type(value) is not tuple or not value:
        return type(value) is tuple
    return set(map(type, value)) == {int} and min(value) >= -_LARGEST and max(value) <= _LARGEST


def _has_form(form: Attribute, value: object) -> bool:
    match form:
        case Attribute.INT:
            return _is_int(value)
        case Attribute.INTS:
            return _is_ints(value)
        case Attribute.INTS_OR_NONE:
            return value is None or _is_ints(value)
        case Attribute.STOPS:
            return type(value) is tuple and all(item is None or _is_int(item) for item in value)
        case Attribute.SHAPES:
            return type(value) is tuple and all(map(_is_ints, value))
        case Attribute.TEXT:
            return type(value) is str
