"""Files in another dialect than the usual one are refused with the source to write, which then is read."""

import re
from pathlib import Path

import pytest
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, read, refusal, table

SALES = table(id=column("key"), amount=column("fixed"), n=column("int"))
AMOUNT = table(amount=column("fixed"))
VECTOR = [Declaration("t", "fixed", ("k",), scale=16)]
MATRIX = [Declaration("t", "fixed", ("k", 2), scale=16)]
WHOLE = [Declaration("t", "int", ("k",))]
MANY = "id,amount,n\n" + "a,1,2\n" * 300


@pytest.mark.parametrize(
    ("declared", "content", "options"),
    [
        (SALES, "id;amount;n\na;1234,5;5\n", "delimiter=;&decimal=,"),
        (SALES, "id;amount;n\na;1234.5;5\n", "delimiter=;"),
        (SALES, "id\tamount\tn\na\t1234.5\t5\n", "delimiter=tab"),
        (SALES, "id|amount|n\na|1,234.5|5\n", "delimiter=|&thousands=,"),
        (SALES, "id;amount;n\na;1.234,5;5\n", "delimiter=;&decimal=,&thousands=."),
        (SALES, "id;amount;n\na;1 234,5;5\n", "delimiter=;&decimal=,&thousands=space"),
        (SALES, "id;amount;n\na;1'234.5;5\n", "delimiter=;&thousands=%27"),
        (SALES, 'id,amount,n\na,"1234,5",5\n', "decimal=,"),
        (SALES, 'id,amount,n\na,"1,234.5",5\n', "thousands=,"),
        (SALES, "id,amount,n\na,1234.5,5\n".encode("utf-16"), "encoding=utf-16"),
        (SALES, "id\tamount\tn\na\t1234,5\t5\n".encode("utf-16"), "delimiter=tab&decimal=,&encoding=utf-16"),
        (SALES, "id,amount,n\n\xe4,1234.5,5\n".encode("latin-1"), "encoding=latin-1"),
        (SALES, "id,amount,n\n\u20ac,1234.5,5\n".encode("cp1252"), "encoding=cp1252"),
        (SALES, "id;amount;n\n\xe4;1234,5;5\n".encode("latin-1"), "delimiter=;&decimal=,&encoding=latin-1"),
        (SALES, "a,1234.5,5\nb,2,3\n", "header=no"),
        (SALES, "a;1234,5;5\nb;2;3\n", "delimiter=;&decimal=,&header=no"),
        (SALES, MANY + 'a,"1,5",2\n', "decimal=,"),
        (SALES, MANY.encode() + b"\xe4,1.5,2\n", "encoding=latin-1"),
        (AMOUNT, "amount\n1234,5\n", "delimiter=;&decimal=,"),
        (VECTOR, "1;2;3\n", "delimiter=;"),
        (VECTOR, "1\t2\t3\n", "delimiter=tab"),
        (VECTOR, "1,5\n2,5\n", "delimiter=;&decimal=,"),
        (WHOLE, "a;t\n1;2\n3;4\n", "delimiter=;"),
        (MATRIX, "1;2\n3;4\n", "delimiter=;"),
        (MATRIX, "a\tb\n1\t2\n", "delimiter=tab"),
        (MATRIX, "1,5;2,5\n3,5;4,5\n", "delimiter=;&decimal=,"),
    ],
)
def test_the_source_to_write_is_told_and_works(
    declared: list[Declaration], content: str | bytes, options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    found = refusal(declared, "t.csv")
    told = re.search(r": if so, write the source as 't\.csv\?(.*)'$", found)
    assert told is not None, found
    assert told[1] == options
    assert "234" not in found
    read(declared, f"t.csv?{options}")


def test_both_readings_of_an_ambiguous_number_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text("id;amount;n\na;1,234;5\n")
    expected = "write the source as 't.csv?delimiter=;&decimal=,' or 't.csv?delimiter=;&thousands=,'"
    assert expected in refusal(SALES, "t.csv")


def test_what_is_told_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("it's.csv").write_text("id;amount;n\na;1234,5;5\n")
    found = refusal(SALES, "it's.csv?delimiter=;&header=yes")
    assert """write the source as 'it'"'"'s.csv?delimiter=;&decimal=,&header=yes'""" in found


@pytest.mark.parametrize(
    ("declared", "source", "content"),
    [
        (SALES, "t.csv", "id,amount,n\na,x,5\n"),
        (SALES, "t.csv", "id,amount,n\na,,5\n"),
        (SALES, "t.csv", "id,amount,n\na,1,99999999999999999999\n"),
        (SALES, "t.csv", "id,amount\na,1\n"),
        (SALES, "t.csv", "id,amount,n\na,1\n"),
        (SALES, "t.csv", ""),
        (SALES, "t.csv", "name,sum,count\na,b,c\n"),
        (SALES, "t.csv?delimiter=,", "id;amount;n\na;1;5\n"),
        (table(id=column("key"), name=column("key")), "t.csv", "user,mail\na,b\n"),
        (WHOLE, "t.csv", "1\nx\n"),
        (SALES, "t.csv.gz", "no gzip"),
    ],
)
def test_other_refusals_get_no_advice(
    declared: list[Declaration], source: str, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(source.partition("?")[0]).write_text(content)
    assert "write the source as" not in refusal(declared, source)


def test_a_column_whose_name_has_the_other_sign(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1\n")
    assert read(table(x=column("int", heading="a;b")), tmp_path / "t.csv") == {"x": [1]}
    assert read(WHOLE, f"{tmp_path}/t.csv?delimiter=,") == {"t": [1]}
