"""Which source serves which input. In: `NAME=SOURCE` pairs and a folder. Out: one entry for each input or member.

This step reads only names of files. Frames of other libraries become Arrow tables.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, UsageError
from ..graph.nodes import Declaration
from .files.formats import ending_of, file_types
from .sources.objects import held
from .sources.refused import RefusedError

_NAME = re.compile(r"(?P<name>\w+)(\[(?P<member>\d+)\])?\Z")


@dataclass(frozen=True, slots=True)
class Assigned:
    """One source of one input.

    `member` counts from 0 within a `parties` role. It is None where the source is for all members at once, or where the
    input is not from such a role.
    """

    name: str
    declarations: tuple[Declaration, ...]
    source: object
    member: int | None = None


def inputs_by_name(declarations: Iterable[Declaration]) -> dict[str, tuple[Declaration, ...]]:
    """The declarations of each input: the columns of a table together, anything else alone."""
    grouped: dict[str, list[Declaration]] = {}
    for each in declarations:
        grouped.setdefault(each.table or each.name, []).append(each)
    return {name: tuple(columns) for name, columns in grouped.items()}


def assign_sources(
    declarations: Iterable[Declaration], given: Mapping[str, object], folder: Path | None = None
) -> list[Assigned]:
    """A source for every input that does not come from shares.

    Raises what `assign_some_sources` raises, and `InputError` for an input without a source.
    """
    inputs = _from_parties(declarations)
    sources = assign_some_sources(declarations, given, folder)
    missing = [name for name in inputs if name not in {one.name for one in sources}]
    if missing:
        raise InputError(_missing(missing, inputs, folder))
    return sources


def assign_some_sources(
    declarations: Iterable[Declaration], given: Mapping[str, object], folder: Path | None = None
) -> list[Assigned]:
    """The sources that there are, in order of declaration: the given one, or else a file of the input's name in
    `folder`.

    Raises `UsageError` for a name that the program does not declare, and for sources both for all members and for some.
    Raises `InputError` if there is no such folder, for an input with two files, for sources for some members only, and
    for a Python object that cannot be taken.
    """
    inputs = _from_parties(declarations)
    if folder is not None and not folder.is_dir():
        raise InputError(f"there is no folder {folder}")
    sources = [_parse(name, inputs, source) for name, source in given.items()]
    if folder is not None:
        taken = {one.name for one in sources}
        for name, columns in inputs.items():
            sources += [] if name in taken else _files(folder, name, columns)
    order = list(inputs)
    sources.sort(key=lambda one: (order.index(one.name), -1 if one.member is None else one.member))
    _check_members(sources)
    return sources


def _from_parties(declarations: Iterable[Declaration]) -> dict[str, tuple[Declaration, ...]]:
    return {name: columns for name, columns in inputs_by_name(declarations).items() if not columns[0].shares}


def _parse(name: str, inputs: Mapping[str, tuple[Declaration, ...]], source: object) -> Assigned:
    match = _NAME.match(unicodedata.normalize("NFKC", name))
    if match is None or match["name"] not in inputs:
        raise UsageError(f"the program has no input {name!r}; {_listed(inputs)}")
    columns = inputs[match["name"]]
    member = None if match["member"] is None else int(match["member"])
    if member is not None and not columns[0].each:
        raise UsageError(f"input {match['name']!r} is not `from each` of a role, so it has no member [{member}]")
    wanted = [each.column for each in columns if each.table]
    try:
        return Assigned(match["name"], columns, held(source, wanted), member)
    except RefusedError as refusal:
        raise InputError(f"input {match['name']!r}: {refusal.place}{refusal.problem}") from None


def _files(folder: Path, name: str, columns: tuple[Declaration, ...]) -> list[Assigned]:
    """The files of an input: `NAME.csv` and the like, or, for a `parties` role, `NAME[0].csv`, `NAME[1].csv`, ..."""
    found: dict[int | None, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        ending = ending_of(path.name)
        match = _NAME.match(unicodedata.normalize("NFKC", path.name[: len(path.name) - len(ending)]))
        if ending and match is not None and match["name"] == name:
            found.setdefault(None if match["member"] is None else int(match["member"]), []).append(path)
    if not columns[0].each:
        found = {member: paths for member, paths in found.items() if member is None}
    for paths in found.values():
        if len(paths) > 1:
            both = " and ".join(path.name for path in paths)
            raise InputError(f"input {name!r} has two files in {folder}, {both}; keep one or choose with --input")
    return [Assigned(name, columns, paths[0], member) for member, paths in found.items()]


def _check_members(sources: list[Assigned]) -> None:
    members: dict[str, list[int | None]] = {}
    for one in sources:
        members.setdefault(one.name, []).append(one.member)
    for name, found in members.items():
        if None in found and len(found) > 1:
            raise UsageError(f"input {name!r} is given both for all members at once and for some of them")
        expected = list(range(len(found)))
        if None not in found and found != expected:
            absent = next(index for index in range(len(found) + 1) if index not in found)
            raise InputError(f"input {name!r} is missing for member [{absent}]")


def _missing(missing: list[str], inputs: Mapping[str, tuple[Declaration, ...]], folder: Path | None) -> str:
    names = ", ".join(repr(name) for name in missing)
    looked = f" ({folder} has no file of that name ending in {', '.join(file_types())})" if folder is not None else ""
    way = f"give it with --input {missing[0]}=SOURCE" if folder is None else ""
    return f"missing: input{'s' if len(missing) > 1 else ''} {names}{looked}; " + "; ".join(
        part for part in (way, _listed(inputs)) if part
    )


def _listed(inputs: Mapping[str, tuple[Declaration, ...]]) -> str:
    if not inputs:
        return "it declares no inputs"
    return "the program declares " + ", ".join(f"{name} ({_owner(columns[0])})" for name, columns in inputs.items())


def _owner(declared: Declaration) -> str:
    if not declared.role:
        return "public"
    return f"from each {declared.role}" if declared.each else f"from {declared.role}"
