"""Kept shares: what is written is read again, by the same protocol and node, whole or not at all."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tacit.runtime.data.shares import Manifest, check_same_run, prepare_shares, read_shares
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration

DECLARED = Declaration("model", "fixed", ("k",), scale=16, shares=True)
MANIFEST = Manifest("model", "fixed", 64, 16, (), (3,), "rep3", "digest", "run 1", node=0, nodes=3, party="alice")
ARRAYS = {"model.0": np.arange(3, dtype=np.uint64), "model.1": np.array([[1], [2]], np.uint16)}


def test_shares_are_read_as_they_were_written(tmp_path: Path) -> None:
    prepare_shares(tmp_path / "new", [(MANIFEST, ARRAYS)]).commit()
    manifest, found = read_shares(tmp_path / "new", DECLARED, "rep3", node=0, nodes=3)
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
        found[name][0] = 9
    assert (manifest.shape, manifest.run, manifest.party) == ((3,), "run 1", "alice")
    (path,) = (tmp_path / "new" / "model").iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("node0.arrow", 0o600)


def test_nothing_is_there_before_the_run_succeeds(tmp_path: Path) -> None:
    prepared = prepare_shares(tmp_path, [(MANIFEST, ARRAYS)])
    with pytest.raises(InputError, match="no shares are kept at"):
        read_shares(tmp_path, DECLARED, "rep3", 0, 3)
    prepared.discard()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("declared", "protocol", "nodes", "message"),
    [
        (DECLARED, "semi2k", 3, "was saved with protocol rep3, but semi2k is needed"),
        (DECLARED, "rep3", 2, "was saved with nodes 3, but 2 is needed"),
        (replace(DECLARED, scale=18), "rep3", 3, "was saved with scale 16, but 18 is needed"),
        (replace(DECLARED, kind="int", bits=8), "rep3", 3, "was saved with kind fixed, but int is needed"),
        (replace(DECLARED, bits=8), "rep3", 3, "was saved with 64 bits, more than the 8 declared"),
        (replace(DECLARED, dimensions=(4,)), "rep3", 3, "has shape [3], but [4] is declared"),
        (replace(DECLARED, dimensions=()), "rep3", 3, "has shape [3], but [] is declared"),
    ],
)
def test_shares_of_something_else_are_refused(
    tmp_path: Path, declared: Declaration, protocol: str, nodes: int, message: str
) -> None:
    prepare_shares(tmp_path, [(MANIFEST, ARRAYS)]).commit()
    with pytest.raises(InputError) as caught:
        read_shares(tmp_path, declared, protocol, 0, nodes)
    assert message in str(caught.value)


def test_the_share_of_another_node_or_value_is_refused(tmp_path: Path) -> None:
    """Files that changed places would add up to another value, and nobody could tell."""
    for moved, message in ((replace(MANIFEST, node=1), "node 1, but 0"), (replace(MANIFEST, name="m"), "name m, but")):
        prepare_shares(tmp_path / "a", [(moved, ARRAYS)]).commit()
        (path,) = (tmp_path / "a").glob("*/*.arrow")
        place = tmp_path / "b" / "model" / "node0.arrow"
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        with pytest.raises(InputError, match=message):
            read_shares(tmp_path / "b", DECLARED, "rep3", 0, 3)


@pytest.mark.parametrize("shape", [(4,), (-1, 2)])
def test_arrays_of_another_size_than_told_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    prepare_shares(tmp_path, [(MANIFEST, ARRAYS)]).commit()
    path = tmp_path / "model" / "node0.arrow"
    table = pa.ipc.open_file(path.read_bytes()).read_all()
    told = json.loads(table.schema.metadata[b"tacit"])
    told["arrays"][0][2] = shape
    spoilt = table.replace_schema_metadata({b"tacit": json.dumps(told)})
    with pa.ipc.new_file(path, spoilt.schema) as writer:
        writer.write_table(spoilt)
    with pytest.raises(InputError, match="is not readable as shares"):
        read_shares(tmp_path, DECLARED, "rep3", 0, 3)


def test_shares_of_two_runs_do_not_mix() -> None:
    second = replace(MANIFEST, run="run 2", node=1, party="bob")
    check_same_run([MANIFEST, replace(second, run="run 1")])
    with pytest.raises(InputError, match="the shares of 'model' at alice and at bob come from different runs"):
        check_same_run([MANIFEST, second])


def test_damaged_and_unwritable_places_are_told(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "node0.arrow").write_bytes(b"ARROW1 no")
    with pytest.raises(InputError, match="is not readable as shares"):
        read_shares(tmp_path, DECLARED, "rep3", 0, 3)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="shares cannot be kept in"):
        prepare_shares(tmp_path / "file", [(MANIFEST, ARRAYS)])
