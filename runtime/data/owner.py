"""What one party reads before a run: the inputs of its roles, public inputs, and its shares of what was saved.

In: a list of tasks, which another process may have made. Out: arrays by the names that graphs use, and their shapes,
which are public.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..graph.nodes import Declaration
from .assign import Assigned
from .inputs import Inputs
from .read import read_input
from .shares import Manifest, read_shares
from .sizes import Found
from .sources.readers import Array


@dataclass(frozen=True, slots=True)
class Own:
    """An input to read, for all members of a `parties` role where it comes from each of them."""

    assigned: Assigned
    owner: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept share to read, by node number `node` of so many `nodes` under a protocol."""

    folder: Path
    declaration: Declaration
    protocol: str
    node: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What all parties may know of a party's inputs: shapes, and manifests of shares."""

    found: tuple[Found, ...]
    manifests: tuple[Manifest, ...] = ()


def read_own(tasks: Sequence[Own | Kept]) -> tuple[Inputs, Facts]:
    """The arrays and the facts of all tasks. Raises `InputError`."""
    arrays: dict[str, Array] = {}
    rows: dict[str, list[Array]] = {}
    found: list[Found] = []
    manifests: list[Manifest] = []
    for task in tasks:
        if isinstance(task, Kept):
            declared = task.declaration
            manifest, share = read_shares(task.folder, declared, task.protocol, task.node, task.nodes)
            arrays |= share
            manifests.append(manifest)
            found.append(Found(declared, manifest.shape, "shares"))
        elif task.assigned.member is not None:
            for name, row in _member(task.assigned, found).items():
                rows.setdefault(name, []).append(row)
        elif task.assigned.declarations[0].each:
            arrays |= _all_members(task.assigned, found)
        else:
            arrays |= _whole(task, found)
    return Inputs(arrays | _stacked(rows)), Facts(tuple(found), tuple(manifests))


def count_members(assigned: Iterable[Assigned]) -> dict[str, int]:
    """How many members each `parties` role has: one for each source of an input, or one for each row of a single
    source.

    Raises `InputError` when two inputs of a role differ.
    """
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    by_input: dict[str, list[Assigned]] = {}
    for one in assigned:
        if one.declarations[0].each:
            by_input.setdefault(one.name, []).append(one)
    for name, sources in by_input.items():
        role = sources[0].declarations[0].role
        count = len(_all_members(sources[0], [])[name]) if sources[0].member is None else len(sources)
        if counts.setdefault(role, count) != count:
            raise InputError(
                f"{role} has {counts[role]} members in input {first[role]!r}, but {count} in input {name!r}"
            )
        first.setdefault(role, name)
    return counts


def member_name(name: str, member: int) -> str:
    """The name of one member's value of an input, and of a member of a role."""
    return f"{name}[{member}]"


def _whole(task: Own, found: list[Found]) -> dict[str, Array]:
    arrays = read_input(task.assigned.name, task.assigned.declarations, task.assigned.source)
    found += [Found(each, arrays[each.name].shape, task.owner) for each in task.assigned.declarations]
    return arrays


def _member(assigned: Assigned, found: list[Found]) -> dict[str, Array]:
    """The arrays of one member's value."""
    (declared,) = assigned.declarations
    assert assigned.member is not None
    arrays = read_input(member_name(assigned.name, assigned.member), assigned.declarations, assigned.source)
    found.append(Found(declared, arrays[declared.name].shape, member_name(declared.role, assigned.member)))
    return arrays


def _stacked(rows: Mapping[str, Sequence[Array]]) -> dict[str, Array]:
    """One array for each name, with a row for each member. Rows of different lengths are left out: `bind_sizes` refuses
    them."""
    return {name: np.stack(arrays) for name, arrays in rows.items() if len({array.shape for array in arrays}) == 1}


def _all_members(assigned: Assigned, found: list[Found]) -> dict[str, Array]:
    """The arrays of the input, each with a row for each member."""
    (declared,) = assigned.declarations
    stacked = replace(declared, dimensions=(f"len({declared.role})", *declared.dimensions))
    arrays = read_input(assigned.name, [stacked], assigned.source)
    found.append(Found(declared, arrays[declared.name].shape[1:], declared.role))
    return arrays
