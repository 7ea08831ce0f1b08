"""NPY and NPZ files. In: a path, and what is wanted of the file. Out: `Content`. Nothing is ever unpickled."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from ..sources.content import Content
from ..sources.objects import content_of
from ..sources.readers import Array
from ..sources.refused import RefusedError
from ..sources.stream import Wanted
from .options import Options

_OBJECTS = "(arrays of Python objects are not: save numbers or text)"

_UNREADABLE = (ValueError, EOFError, OverflowError, SyntaxError, TokenError)
"""What NumPy raises for a file whose header is no array's: it reads the header as Python reads a program."""

_DAMAGED = (*_UNREADABLE, KeyError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error)


def read_npy(path: Path, wanted: Wanted) -> Content:
    """The array, or the fields of its records. Raises `RefusedError`."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _UNREADABLE:
        raise RefusedError(None, f"the file is not readable as NPY {_OBJECTS}") from None
    if not isinstance(array, np.ndarray):
        raise RefusedError(None, "the file is an NPZ archive: give it the ending .npz")
    return content_of(array, wanted)


def read_npz(path: Path, options: Options, wanted: Wanted) -> Content:
    """The array that `options` name. Without that, the arrays are a table's columns, unless the only one has records;
    and an array is the only one, or the one of the input's name. Raises `RefusedError`."""
    try:
        archive = np.load(path, allow_pickle=False)
    except _DAMAGED:
        archive = None
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise RefusedError(None, "the file is not readable as NPZ")
    with archive:
        names = archive.files
        if options.array is not None:
            return content_of(_array(archive, options.array), wanted)
        only = _array(archive, names[0]) if len(names) == 1 else None
        if only is not None and (only.dtype.names or isinstance(wanted, Declaration)):
            return content_of(only, wanted)
        return content_of(_array(archive, wanted.name) if isinstance(wanted, Declaration) else _Arrays(archive), wanted)


class _Arrays(Mapping[str, Array]):
    """The arrays of an archive by name, each read when it is asked for."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive

    def __getitem__(self, name: str) -> Array:
        return _array(self._archive, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._archive.files)

    def __len__(self) -> int:
        return len(self._archive.files)


def _array(archive: Any, name: str) -> Array:
    if name not in archive.files:
        listed = ", ".join(archive.files) or "none"
        raise RefusedError(
            None, f"there is no array {name!r} in the file, whose arrays are: {listed}; write ?array=NAME"
        )
    try:
        array = archive[name]
    except _DAMAGED:
        array = None
    if not isinstance(array, np.ndarray):
        raise RefusedError(None, f"the array {name!r} is not readable {_OBJECTS}")
    return array
