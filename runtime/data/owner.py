"""What one party reads before a run: the inputs of its roles, public inputs, and its shares of what was saved.

In: a list of tasks, which another process may have made. Out: arrays by the names that graphs use, and their shapes,
which are public.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

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
    """An input to read. `members` lists the members of a `parties` role whose values this party gives."""

    assigned: Assigned
    owner: str
    members: tuple[int, ...] = ()


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
    found: list[Found] = []
    manifests: list[Manifest] = []
    for task in tasks:
        if isinstance(task, Kept):
            declared = task.declaration
            manifest, share = read_shares(task.folder, declared, task.protocol, task.node, task.nodes)
            arrays |= share
            manifests.append(manifest)
            found.append(Found(declared, manifest.shape, "shares"))
        elif task.members:
            arrays |= _members(task, found)
        else:
            arrays |= _whole(task, found)
    return Inputs(arrays), Facts(tuple(found), tuple(manifests))


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
        count = len(_all_members(sources[0])[name]) if sources[0].member is None else len(sources)
        if counts.setdefault(role, count) != count:
            raise InputError(
                f"{role} has {counts[role]} members in input {first[role]!r}, but {count} in input {name!r}"
            )
        first.setdefault(role, name)
    return counts


def member_name(name: str, member: int) -> str:
    """The name in graphs of one member's value of an input, and of a member of a role."""
    return f"{name}[{member}]"


def _whole(task: Own, found: list[Found]) -> dict[str, Array]:
    arrays = read_input(task.assigned.name, task.assigned.declarations, task.assigned.source)
    found += [Found(each, arrays[each.name].shape, task.owner) for each in task.assigned.declarations]
    return arrays


def _members(task: Own, found: list[Found]) -> dict[str, Array]:
    (declared,) = task.assigned.declarations
    if task.assigned.member is None:
        everybody = _all_members(task.assigned)
        values = {member: {name: rows[member] for name, rows in everybody.items()} for member in task.members}
    else:
        name = member_name(task.assigned.name, task.assigned.member)
        values = {task.assigned.member: read_input(name, task.assigned.declarations, task.assigned.source)}
    found += [
        Found(declared, arrays[declared.name].shape, member_name(declared.role, member))
        for member, arrays in values.items()
    ]
    return {
        member_name(name, member): array.copy() for member, arrays in values.items() for name, array in arrays.items()
    }


def _all_members(assigned: Assigned) -> dict[str, Array]:
    """The arrays of the input, each with a row for each member."""
    (declared,) = assigned.declarations
    stacked = replace(declared, dimensions=(f"len({declared.role})", *declared.dimensions))
    return read_input(assigned.name, [stacked], assigned.source)
