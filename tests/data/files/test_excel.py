"""Excel workbooks, where the library that reads them is installed."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tacit.runtime.data.files import excel_files
from tacit.runtime.graph.later import later
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, read, refusal, table

openpyxl = pytest.importorskip("openpyxl")

SECRET = "31337007"
T = table(id=column("key"), v=column("fixed", default=0), marks=column("int", 2))
ROWS: list[list[Any]] = [["id", "v", "marks"], ["a", 1.5, "[1, 2]"], ["b", None, "[3, 4]"], ["c", -2, "[5, 6]"]]
EXPECTED = read(T, {"id": ["a", "b", "c"], "v": [1.5, None, -2], "marks": [[1, 2], [3, 4], [5, 6]]})


def excel(path: Path, rows: list[list[Any]], title: str = "Sheet", **others: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for sheet, content in ((book.active, rows), *((book.create_sheet(name), more) for name, more in others.items())):
        for row in content:
            sheet.append(row)
    book.save(path)
    return path


def test_excel(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    assert read(T, excel(path, ROWS)) == EXPECTED
    assert read(T, excel(path, ROWS[1:]).with_name("t.xlsx?header=no")) == EXPECTED
    excel(path, [["note"]], sales=ROWS, empty=[])
    assert "several sheets have cells: choose one with ?sheet=NAME, of Sheet, sales" in refusal(T, path)
    assert "there is no sheet 'sale'; the sheets are: Sheet, sales, empty" in refusal(T, f"{path}?sheet=sale")
    assert "the sheet is empty" in refusal(T, f"{path}?sheet=empty")
    assert read(T, f"{path}?sheet=sales") == EXPECTED
    matrix = [Declaration("x", "fixed", ("n", 2), scale=16)]
    assert read(matrix, excel(path, [[1, 2.5], [3, 4], [None, None]])) == {"x": [[65536, 163840], [196608, 262144]]}
    days = table(day=column("date"), n=column("int"))
    excel(path, [["day", "n"], [date(1970, 1, 2), 3]])
    assert read(days, path) == {"day": [1], "n": [3]}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the file is empty"),
        ([["w"], [1]], "there is no column 'v'"),
        ([["v", "v"], [1, 2]], "2 columns are named 'v'"),
        ([["v"], [1], [None], [2]], "row 2 (line 3), column 'v': the value is missing"),
        ([["v"], [1], [f"x{SECRET}"]], "row 2 (line 3), column 'v': the value is not a whole number"),
        (
            [["v"], [1.5], [f"x{SECRET}"]],
            "row 2 (line 3), column 'v': the value is a Python str, but row 1 has a float",
        ),
        ([["v"], [1], ["#DIV/0!"]], "row 2 (line 3), column 'v': the cell holds an error of its formula"),
    ],
)
def test_bad_excel(rows: list[list[Any]], message: str, tmp_path: Path) -> None:
    found = refusal(table(v=column("int")), excel(tmp_path / "t.xlsx", rows))
    assert message in found
    assert SECRET not in found


def test_excel_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = excel(tmp_path / "t.xlsx", [["v"], [1]])
    monkeypatch.setattr(excel_files, "openpyxl", later("openpyxl_is_not_installed"))
    assert "Excel files need openpyxl: pip install 'tacit[excel]'" in refusal(table(v=column("int")), path)


def test_other_files_are_no_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"PK")
    assert "the file is not readable as an Excel workbook" in refusal(T, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "1")
    assert "the file is not readable as an Excel workbook" in refusal(T, path)


def test_a_wrong_size_in_the_file_hides_no_rows(tmp_path: Path) -> None:
    """Some programs write that a sheet has one cell only."""
    path = excel(tmp_path / "t.xlsx", ROWS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b'dimension ref="A1:C4"', b'dimension ref="A1"'))
    assert b'ref="A1:C4"' in parts["xl/worksheets/sheet1.xml"]
    assert read(T, path) == EXPECTED
