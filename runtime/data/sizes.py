"""Binds size names from data; a name has one size everywhere. In: shapes of inputs. Out: sizes by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import InputError
from ..graph.nodes import Declaration


@dataclass(frozen=True, slots=True)
class Found:
    """The shape of an input's data. `owner` names whose data it is, and is empty for a public input."""

    declaration: Declaration
    shape: tuple[int, ...]
    owner: str = ""


def bind_sizes(found: Iterable[Found], given: Mapping[str, int] | None = None) -> dict[str, int]:
    """The sizes on which all shapes and the sizes `given` by hand agree.

    Raises an `InputError` that names both places where they differ.
    """
    sizes: dict[str, int] = {}
    places: dict[str, str] = {}
    for name, size in (given or {}).items():
        sizes[name], places[name] = size, f"--size {name}={size}"
    for one in found:
        for axis, (dimension, size) in enumerate(zip(one.declaration.dimensions, one.shape, strict=True)):
            if isinstance(dimension, int):
                continue
            place = _place(one, axis)
            if sizes.setdefault(dimension, size) != size:
                raise InputError(
                    f"size {dimension!r} is {sizes[dimension]} in {places[dimension]}, but {size} in {place}; "
                    "one name has one size in the whole program"
                )
            places.setdefault(dimension, place)
    return sizes


def _place(found: Found, axis: int) -> str:
    name = found.declaration.table or found.declaration.name
    owner = f" of {found.owner}" if found.owner else ""
    if axis == 0 and found.declaration.dimensions:
        return f"input {name!r}{owner} (its rows)"
    return f"input {name!r}{owner} (its axis {axis})"
