"""Shares kept between programs: one file for each saved value and node. In and out: arrays as the graph lays them out.

`FOLDER/NAME/node0.arrow` is the share of node 0: an Arrow IPC file of one row, whose columns are the raw arrays and
whose schema holds the manifest. Only the file's owner may read it. A file appears whole or not at all: it is written
under another name, and gets its own name when the caller says that the run succeeded.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..graph.nodes import Declaration
from ..pages import reserve
from .sources.arrow import pa
from .sources.readers import Array

_FORMAT = 1
_KEY = b"tacit"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file of shares says of itself; all of it is public.

    `program` is the digest of the graph that saved the value. `run` is the same text at all nodes of a run, and another
    in every other run. `node` counts from 0 and `party` names that node. `arrays` has name, type and shape of each
    column. With `optional`, values may be missing, and other shares tell which are there.
    """

    name: str
    kind: str
    bits: int
    scale: int
    labels: tuple[str, ...]
    shape: tuple[int, ...]
    protocol: str
    program: str
    run: str
    node: int
    nodes: int
    party: str
    arrays: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    optional: bool = False
    format: int = _FORMAT


def manifest_of(told: Mapping[str, Any]) -> Manifest:
    """The manifest that parsed JSON holds. Raises `KeyError`, `TypeError` or `ValueError` if it holds none."""
    arrays = tuple((each, dtype, tuple(shape)) for each, dtype, shape in told["arrays"])
    return Manifest(**{**told, "labels": tuple(told["labels"]), "shape": tuple(told["shape"]), "arrays": arrays})


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files that are written but not yet in their place: for each file its temporary path and its final one."""

    files: tuple[tuple[Path, Path], ...]

    def commit(self) -> None:
        """Puts every file in its place."""
        for temporary, final in self.files:
            os.replace(temporary, final)

    def discard(self) -> None:
        """Removes the written files, and the folders of values that then hold nothing."""
        for temporary, final in self.files:
            temporary.unlink(missing_ok=True)
            if not any(final.parent.iterdir()):
                final.parent.rmdir()


def prepare_shares(folder: Path, shares: Iterable[tuple[Manifest, Mapping[str, Array]]]) -> Prepared:
    """Writes each share beside its place. Raises `InputError` when the folder cannot be written."""
    files: list[tuple[Path, Path]] = []
    try:
        for manifest, arrays in shares:
            final = _path(folder, manifest.name, manifest.node)
            final.parent.mkdir(parents=True, exist_ok=True)
            temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
            files.append((temporary, final))
            _write(temporary, manifest, arrays)
    except OSError as error:
        Prepared(tuple(files)).discard()
        raise InputError(f"shares cannot be kept in {folder}: {error.strerror or 'input/output error'}") from None
    return Prepared(tuple(files))


def read_shares(
    folder: Path, declared: Declaration, protocol: str, node: int, nodes: int
) -> tuple[Manifest, dict[str, Array]]:
    """A node's share: its manifest, compared with what the program expects, and its arrays.

    Raises `InputError` if there is no such share, the file is not readable, or the manifest differs.
    """
    path = _path(folder, declared.name, node)
    try:
        with pa.memory_map(str(path)) as file:
            table = pa.ipc.open_file(file).read_all()
        manifest = manifest_of(json.loads((table.schema.metadata or {})[_KEY]))
        _check(manifest, declared, protocol, node, nodes, path)
        columns = zip(manifest.arrays, table.columns, strict=True)
        return manifest, {name: _array(column, dtype, shape) for (name, dtype, shape), column in columns}
    except FileNotFoundError:
        problem = f"no shares are kept at {path}; run the program that saves it first"
    except (OSError, pa.ArrowException, AttributeError, IndexError, KeyError, TypeError, ValueError):
        problem = f"{path} is not readable as shares"
    raise InputError(f"input {declared.name!r}: {problem}")


def check_same_run(manifests: Iterable[Manifest]) -> None:
    """Raises `InputError` unless the shares of one value come from one run. Shares of different runs are no sharing."""
    first: Manifest | None = None
    for manifest in manifests:
        if first is not None and manifest.run != first.run:
            raise InputError(
                f"the shares of {manifest.name!r} at {first.party} and at {manifest.party} come from different runs; "
                "run the program that saves it again"
            )
        first = first or manifest


def _path(folder: Path, name: str, node: int) -> Path:
    return folder / name / f"node{node}.arrow"


def _write(path: Path, manifest: Manifest, arrays: Mapping[str, Array]) -> None:
    layout = tuple((name, array.dtype.str, array.shape) for name, array in arrays.items())
    told = json.dumps(asdict(manifest) | {"arrays": layout}).encode()
    columns = [pa.array([np.ascontiguousarray(array).tobytes()], pa.large_binary()) for array in arrays.values()]
    schema = pa.schema([(name, pa.large_binary()) for name in arrays], metadata={_KEY: told})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with pa.ipc.new_file(file, schema) as writer:
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
        file.flush()
        os.fsync(file.fileno())


def _array(column: Any, dtype: str, shape: tuple[int, ...]) -> Array:
    """A copy of what a column holds in its one row. Asking Arrow for the row would make one copy more."""
    if column.type != pa.large_binary():
        raise TypeError
    (chunk,) = column.chunks
    _, ends, values = chunk.buffers()
    begin, end = np.frombuffer(ends, np.int64)[chunk.offset : chunk.offset + 2]
    content = np.frombuffer(values, np.uint8)[begin:end].view(np.dtype(dtype)).reshape(shape)
    array = reserve(content.nbytes).view(content.dtype).reshape(content.shape)
    array[...] = content
    return array


def _check(manifest: Manifest, declared: Declaration, protocol: str, node: int, nodes: int, path: Path) -> None:
    if manifest.format != _FORMAT:
        problem = f"{path} has format {manifest.format}; this version reads {_FORMAT}"
        raise InputError(f"input {declared.name!r}: {problem}")
    expected: dict[str, Any] = {
        "name": declared.name,
        "protocol": protocol,
        "node": node,
        "nodes": nodes,
        "kind": declared.kind,
        "scale": declared.scale,
        "labels": declared.labels,
    }
    for what, wanted in expected.items():
        found = getattr(manifest, what)
        if found != wanted:
            raise InputError(f"input {declared.name!r}: {path} was saved with {what} {found}, but {wanted} is needed")
    if manifest.optional != bool(declared.present):
        lacking = "with values that may be missing" if manifest.optional else "with all of its values"
        remedy = "write `?` after its type" if manifest.optional else "leave the `?` out"
        raise InputError(f"input {declared.name!r}: {path} was saved {lacking}: {remedy}")
    if manifest.bits > declared.bits:
        problem = f"{path} was saved with {manifest.bits} bits, more than the {declared.bits} declared"
        raise InputError(f"input {declared.name!r}: {problem}")
    agrees = len(manifest.shape) == len(declared.dimensions) and all(
        not isinstance(dimension, int) or dimension == size
        for dimension, size in zip(declared.dimensions, manifest.shape, strict=True)
    )
    if not agrees:
        dimensions = ", ".join(map(str, declared.dimensions))
        shape = ", ".join(map(str, manifest.shape))
        raise InputError(f"input {declared.name!r}: {path} has shape [{shape}], but [{dimensions}] is declared")
