"""Every type of file holds the same data. What is damaged or something else is refused by row and column."""

import gzip
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import tacit
from pyarrow import feather, parquet
from tacit.runtime.alignment.unique import check_repeats
from tacit.runtime.data.assign import assign_sources
from tacit.runtime.data.files import json_files
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, read, refusal, table

SECRET = "31337007"
T = table(id=column("key"), v=column("fixed", default=0), marks=column("int", 2))
ROWS: list[dict[str, Any]] = [
    {"id": "a", "v": 1.5, "marks": [1, 2]},
    {"id": "b", "v": None, "marks": [3, 4]},
    {"id": "c", "v": -2, "marks": [5, 6]},
]
EXPECTED = read(T, ROWS)
TSV = "id\tv\tmarks\n" + "".join(f"{row['id']}\t{row['v']}\t{row['marks']}\n" for row in ROWS)
LINES = "\n".join(map(json.dumps, ROWS[:2])) + "\n\n" + json.dumps(ROWS[2])


def pack(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


CONTENTS: dict[str, bytes] = {
    "t.tsv": TSV.encode(),
    "t.tsv.gz": pack(TSV),
    "t.csv.gz": pack('id,v,marks\na,1.5,"[1, 2]"\nb,,"[3, 4]"\nc,-2,"[5, 6]"\n'),
    "t.CSV.GZ": pack('id,v,marks\na,1.5,"[1, 2]"\n') + pack('b,,"[3, 4]"\nc,-2,"[5, 6]"\n'),
    "t.jsonl": LINES.encode(),
    "t.ndjson": b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode(),
    "t.jsonl.gz": pack(LINES),
    "t.json.gz": pack(json.dumps(ROWS)),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_tables(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(CONTENTS[name])
    assert read(T, str(tmp_path / name)) == EXPECTED
    (one,) = assign_sources(T, {}, tmp_path)
    assert one.source == tmp_path / name


def test_numpy_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, [0.5, 1])
    vector = [Declaration("x", "fixed", ("n",), scale=16)]
    assert read(vector, path) == {"x": [32768, 65536]}
    records = np.array([(1,), (2,)], [("x", "i8")])
    np.savez(path, records)
    assert read(table(x=column("int")), path) == {"x": [1, 2]}
    np.savez(path, x=[1, 2])
    assert read(table(x=column("int")), path) == {"x": [1, 2]}
    np.savez(path, x=[1.0], y=[2.0])
    assert read(vector, path) == {"x": [65536]}
    assert read(vector, f"{path}?array=y") == {"x": [131072]}
    assert read(table(x=column("int"), y=column("int")), path) == {"x": [1], "y": [2]}
    assert "there is no array 'z' in the file, whose arrays are: x, y; write ?array" in refusal(
        vector, f"{path}?array=z"
    )
    other = [Declaration("z", "fixed", ("n",), scale=16)]
    assert "there is no array 'z' in the file" in refusal(other, path)
    np.savez(path, x=[1.0], y=[2.0, 3.0])
    assert "different numbers of rows: x 1, y 2" in refusal(table(x=column("int"), y=column("int")), path)
    np.savez(path, x=np.array([SECRET, None], dtype=object))
    found = refusal(vector, path)
    assert "the array 'x' is not readable (arrays of Python objects are not" in found
    assert SECRET not in found


V = table(v=column("int"))
LIST = table(v=column("int", 2))
VALUES = [Declaration("x", "int", ("n",))]


@pytest.mark.parametrize(
    ("declared", "content", "message"),
    [
        (V, "\n \n", "the file is empty"),
        (V, '{"v": 1}\n{"v": 31337007\n', "row 2 (line 2): the line is not JSON: see its column 15"),
        (V, '{"v": 1}\n\n[31337007]\n', "row 2 (line 3): the line is not an object of JSON"),
        (V, '{"v": 1}\n\n{"w": 31337007}\n', "row 2 (line 3), column 'v': the value is missing"),
        (V, '{"w": 31337007}\n', "there is no column 'v'"),
        (
            V,
            '{"v": 1}\n{"v": {"a": 31337007}}\n',
            "row 2 (line 2), column 'v': the value is an object; a single value is",
        ),
        (V, '{"v": 1}\n{"v": [31337007]}\n', "row 2 (line 2), column 'v': the value is a list; a single value is"),
        (V, '{"v": 1}\n{"v": "31337007x"}\n', "row 2 (line 2), column 'v': the value is not a whole number"),
        (V, '{"v": 1}\n{"v": 31337007.5}\n', "row 2 (line 2), column 'v': the value is not a whole number"),
        (V, '{"v": 1, "v": 31337007}\n', "row 1 (line 1): the line has an object in which a name stands twice"),
        (
            LIST,
            '{"v": [1, 2]}\n{"v": [31337007]}\n',
            "row 2 (line 2), column 'v': the list has 1 entries; 2 are expected",
        ),
        (
            LIST,
            '{"v": [1, 2]}\n{"v": 31337007}\n',
            "row 2 (line 2), column 'v': the value is a single value; a list is",
        ),
        (
            LIST,
            '{"v": [1, 2]}\n{"v": [3, "31337007x"]}\n',
            "row 2 (line 2), column 'v': the value is not a whole number",
        ),
        (VALUES, "1\n[31337007]\n", "row 2 (line 2): the entry [1] is not a single value like the first one"),
        (VALUES, "1\n31337007.5\n", "row 2: the value is not a whole number"),
    ],
)
@pytest.mark.parametrize("batch", [1, 100])
def test_bad_lines_of_json(
    declared: list[Declaration], content: str, message: str, batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "BATCH_ROWS", batch)
    (tmp_path / "t.jsonl").write_text(content)
    found = refusal(declared, tmp_path / "t.jsonl")
    assert message in found
    assert SECRET not in found


def test_lines_of_json_in_batches_and_as_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_files, "BATCH_ROWS", 2)
    path = tmp_path / "t.jsonl"
    path.write_text('{"v": 1}\n{"v": 2}\n{"v": 3, "w": 4.0}\n{"v": "5"}\n')
    declared = table(v=column("int"), w=column("int", default=-1))
    assert read(declared, path) == {"v": [1, 2, 3, 5], "w": [-1, -1, 4, -1]}
    assert "there is no column 'z'; the columns are: v, w" in refusal(table(v=column("int"), z=column("int")), path)
    path.write_text("1\n2\n\n3")
    assert read(VALUES, path) == {"x": [1, 2, 3]}
    path.write_text("[1, 2]\n[3, 4]\n")
    assert read([Declaration("x", "int", ("n", 2))], path) == {"x": [[1, 2], [3, 4]]}


def damaged(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


LONG = pack("v\n" + "".join(f"{number * number % 9973}\n" for number in range(20000)))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv.gz", LONG[:-9], "the file is not readable as gzip: its end is missing, or it is damaged"),
        ("t.csv.gz", LONG[: len(LONG) // 2], "the file is not readable as gzip"),
        ("t.csv.gz", damaged(LONG, len(LONG) // 2), "the file"),
        (
            "t.csv.gz",
            damaged(LONG, len(LONG) - 6),
            "the file cannot be read: it is not packed with gzip, or it is damaged",
        ),
        ("t.csv.gz", b"v\n1\n", "the file cannot be read: it is not packed with gzip, or it is damaged"),
        ("t.csv.gz", pack(""), "the file is empty"),
        ("t.jsonl.gz", pack('{"v": 1}\n' * 9)[:-9], "the file is not readable as gzip"),
        ("t.jsonl", b'{"v": "\xff"}', "the file is not JSON in UTF-8"),
        ("t.json", b'[{"v": 1, "v": 2}]', "the file has an object in which a name stands twice"),
        ("t.npz", b"PK", "the file is not readable as NPZ"),
        ("t.npz", b"no", "the file is not readable as NPZ"),
        ("t.tsv", b"v,w\n1,2\n", "fields seem to be parted by ',': if so, write the source as"),
    ],
)
def test_damaged_files(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert message in refusal(V, tmp_path / name)


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.npz", "t.npy", "t.jsonl.gz", "t.csv.gz"])
def test_damage_anywhere_is_refused_or_changes_a_value(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "t.npz":
        np.savez_compressed(path, v=[1, 2])
    elif name == "t.npy":
        np.save(path, np.array([(1,), (2,)], [("v", "i8")]))
    elif name == "t.parquet":
        parquet.write_table(pa.table({"v": ["1", "2"]}), path)
    elif name == "t.arrow":
        feather.write_feather(pa.table({"v": ["1", "2"]}), path)
    else:
        path.write_bytes(pack('{"v": 1}\n{"v": 2}\n' if "json" in name else "v\n1\n2\n"))
    content = path.read_bytes()
    assert read(V, path) == {"v": [1, 2]}
    step = max(1, len(content) // 150)
    for at in range(0, len(content), step):
        for changed in (content[:at], damaged(content, at)):
            path.write_bytes(changed)
            with suppress(InputError):
                read(V, path)


def test_other_archives_hold_no_arrays(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.npz", "w") as archive:
        archive.writestr("a.txt", "1")
    assert "the array 'a.txt' is not readable" in refusal(V, tmp_path / "t.npz")


@pytest.mark.parametrize(
    ("name", "content", "place", "other"),
    [
        ("t.csv.gz?header=no", pack("1\n\n1\n"), "row 3 (line 3)", "row 1 (line 1)"),
        ("t.tsv", b"v\tw\n1\t2\n\n1\t3\n", "row 2 (line 4)", "row 1 (line 2)"),
        ("t.jsonl", b'{"v": 1}\n\n{"v": 1}\n', "row 2 (line 3)", "row 1 (line 1)"),
    ],
)
def test_repeated_keys_are_told_with_their_lines(
    name: str, content: bytes, place: str, other: str, tmp_path: Path
) -> None:
    (tmp_path / name.partition("?")[0]).write_bytes(content)
    keys = np.array([1, 2, 1] if "3" in place[:5] else [1, 1], np.int64)
    with pytest.raises(InputError) as caught:
        check_repeats(V[0], keys, 1, str(tmp_path / name))
    assert f"input 't' ({tmp_path / name}): {place}, column 'v': the key is that of {other} too" in str(caught.value)


PROGRAM = """
party p
party q
input t: table[v: int] from p
input x: int[n] from q
reveal sum(t.v) + sum(x) as s
"""


def test_a_run(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl.gz").write_bytes(pack('{"v": 1}\n{"v": 2}\n'))
    np.savez(tmp_path / "x.npz", x=[3, 4])
    program = tacit.compile(PROGRAM)
    assert program.run(t=tmp_path / "t.jsonl.gz", x=f"{tmp_path}/x.npz?array=x")["s"] == 10
