"""Options after a file's name: how numbers, fields, text and headers are written, and which file is meant."""

import gzip
from pathlib import Path

import pytest
import tacit
from tacit.runtime.data.files.options import TEXT_OPTIONS, Options, read_options, written
from tacit.runtime.data.sources.keys import hash_key

from tests.data.tables import column, read, refusal, table

SALES = table(id=column("key"), amount=column("fixed"), day=column("date"), n=column("int"))
EXPECTED = {
    "id": [hash_key("Å1"), hash_key("B2")],
    "amount": [int(1234.5 * 65536), int(-100.25 * 65536)],
    "day": [19844, 19845],
    "n": [5000, 7],
}
COMMAS = "id;amount;day;n\nÅ1;1234,5;2024-05-01;5000\nB2;-100,25;2024-05-02;7\n"


@pytest.mark.parametrize(
    ("options", "content"),
    [
        ("delimiter=;&decimal=,", COMMAS.encode()),
        ("delimiter=%3B&decimal=%2C", COMMAS.encode()),
        ("decimal=,&delimiter=;&encoding=latin-1", COMMAS.encode("latin-1")),
        ("delimiter=;&decimal=,&encoding=cp1252", COMMAS.encode("cp1252")),
        ("delimiter=;&decimal=,&encoding=utf-16", COMMAS.encode("utf-16")),
        ("delimiter=;&decimal=,&encoding=utf-16-le", ("\ufeff" + COMMAS).encode("utf-16-le")),
        ("delimiter=;&decimal=,&encoding=cp500", COMMAS.replace("B2", '"B2"').encode("cp500")),
        ("delimiter=;&decimal=,&header=yes", COMMAS.encode()),
        ("delimiter=;&decimal=,&header=no", COMMAS.partition("\n")[2].encode()),
        ("delimiter=tab&decimal=,", COMMAS.replace(";", "\t").encode()),
        ("delimiter=%09&decimal=,", COMMAS.replace(";", "\t").encode()),
        ("delimiter=|&decimal=,", COMMAS.replace(";", "|").encode()),
        ("delimiter=%26&decimal=,", COMMAS.replace(";", "&").encode()),
        ("delimiter=;&decimal=,&thousands=.", COMMAS.replace("1234", "1.234").replace("5000", "5.000").encode()),
        ("delimiter=;&decimal=,&thousands=space", COMMAS.replace("234", " 234").replace("000", "\u202f000").encode()),
        ("delimiter=;&decimal=,&thousands='", COMMAS.replace("1234", "1'234").replace("5000", "5’000").encode()),
        ("decimal=,", '"id","amount","day","n"\nÅ1,"1234,5",2024-05-01,5000\nB2,"-100,25",2024-05-02,7\n'.encode()),
        ("thousands=,", 'id,amount,day,n\nÅ1,"1,234.5",2024-05-01,"5,000"\nB2,-100.25,2024-05-02,7\n'.encode()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_dialects(options: str, content: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    assert read(SALES, f"{path}?{options}") == EXPECTED
    assert read(SALES, Path(f"{path}?{options}")) == EXPECTED


@pytest.mark.parametrize(
    ("signs", "number", "expected"),
    [
        ("decimal=,", "1,5", 1.5),
        ("decimal=,", "-,5", -0.5),
        ("decimal=,", "+1,5e2", 150),
        ("decimal=,", "7", 7),
        ("decimal=,", "1.5", None),
        ("decimal=,", "1.234", None),
        ("decimal=,", "1,2,3", None),
        ("decimal=,&thousands=.", "1.234.567,5", 1234567.5),
        ("decimal=,&thousands=.", "1234567,5", 1234567.5),
        ("decimal=,&thousands=.", "1.5", None),
        ("decimal=,&thousands=.", "1.2345", None),
        ("decimal=,&thousands=.", "1,234.5", None),
        ("decimal=,&thousands=.", ".123", None),
        ("thousands=,", "1,234.5", 1234.5),
        ("thousands=,", "12,34,567", 1234567),
        ("thousands=,", "1,23", None),
        ("thousands=_", "1_000", 1000),
    ],
)
def test_numbers(signs: str, number: str, expected: float | None, tmp_path: Path) -> None:
    """A number in another dialect than the one told is refused, not taken for another number."""
    (tmp_path / "t.csv").write_text(f"v;w\n{number};a\nNA;b\n")
    source = f"{tmp_path}/t.csv?delimiter=;&{signs}".rstrip("&")
    declared = table(v=column("fixed", default=0))
    if expected is None:
        found = refusal(declared, source)
        assert "row 1 (line 2), column 'v': the value is not a number" in found
        assert number not in found
    else:
        assert read(declared, source) == {"v": [round(expected * 65536), 0]}


def test_arrays_and_headers(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,5;2,5\n3,5;4,5\n")
    matrix = [column("fixed", 2)]
    source = f"{tmp_path}/x.csv?delimiter=;&decimal=,"
    assert read(matrix, source + "&header=no") == {"": [[98304, 163840], [229376, 294912]]}
    assert read(matrix, source + "&header=yes") == {"": [[229376, 294912]]}
    (tmp_path / "keys.csv").write_text("a\nb\n")
    assert read([column("key")], f"{tmp_path}/keys.csv?header=no") == {"": [hash_key("a"), hash_key("b")]}
    found = refusal(SALES, f"{tmp_path}/keys.csv?header=no")
    assert "the first line has 1 fields, but the table's type has 4 columns: without a header, all are taken" in found


def test_lines_are_told_in_packed_files_and_without_headers(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress('1,"a\nb"\n\n2,c\nx,d\n'.encode("utf-16")))
    declared = table(v=column("int"), w=column("key"))
    assert "row 3 (line 5), column 'v'" in refusal(declared, f"{tmp_path}/t.csv.gz?header=no&encoding=utf-16")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("delim=;", "there is no option 'delim'; the options of .csv files are delimiter (one sign, such as ; or tab)"),
        ("", "there is no option ''; the options of .csv files are"),
        ("sheet=a", "there is no option 'sheet'; the options of .csv files are"),
        ("delimiter=;;", "the option delimiter cannot be ';;', but one sign, such as ; or tab; the options of"),
        ("delimiter=a", "the option delimiter cannot be 'a'"),
        ("delimiter=", "the option delimiter cannot be ''"),
        ("delimiter=%FF", "the option delimiter cannot be '%FF'"),
        ("decimal=;", "the option decimal cannot be ';', but , or ."),
        ("thousands=x", "the option thousands cannot be 'x', but one of . , ' _ space"),
        ("thousands=.", "decimals and thousands cannot have the same sign: write decimal=, too, or another sign"),
        ("decimal=,&thousands=,", "decimals and thousands cannot have the same sign: write decimal=. too"),
        ("encoding=klingon", "the option encoding cannot be 'klingon', but an encoding of text, such as latin-1"),
        ("encoding=base64", "the option encoding cannot be 'base64'"),
        ("header=maybe", "the option header cannot be 'maybe', but yes or no"),
        ("header=no&header=yes", "the option header is given twice"),
    ],
)  # fmt: skip
def test_wrong_options_are_told_with_those_that_there_are(options: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(COMMAS)
    assert message in refusal(SALES, f"{tmp_path}/t.csv?{options}")


@pytest.mark.parametrize("name", ["t.parquet", "t.npy", "t.json", "t.arrow", "t.jsonl"])
def test_other_files_have_none(name: str) -> None:
    ending = "." + name.partition(".")[2]
    assert f"a {ending} file has no options; leave out" in refusal(SALES, f"{name}?decimal=,")


def test_a_file_whose_name_has_a_question_mark(tmp_path: Path) -> None:
    declared = table(v=column("int"))
    (tmp_path / "t.csv").write_text("v\n1\n")
    for name, number in (("t.csv?decimal=,", 2), ("really?.csv", 3), ("t.csv?v=2", 4)):
        (tmp_path / name).write_text(f"v;w\n{number};0\n")
        assert "fields seem to be parted by ';'" in refusal(declared, str(tmp_path / name))
        assert read(declared, f"{tmp_path / name}?delimiter=;") == {"v": [number]}
    assert read(declared, f"{tmp_path}/t.csv?header=yes") == {"v": [1]}
    assert "there is no such file" in refusal(declared, f"{tmp_path}/no.csv?header=yes")
    (tmp_path / "t.dat").write_text("v\n1\n")
    assert "the file type '.dat' is unknown" in refusal(declared, f"{tmp_path}/t.dat?header=yes")


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(delimiter="\t", decimal=",", thousands=" ", encoding="latin-1", header=False),
        Options(delimiter="&", thousands="\u202f", header=True),
        Options(delimiter="%", decimal="."),
        Options(delimiter="?", thousands="'"),
    ],
)
def test_what_is_written_is_read_again(options: Options) -> None:
    source = written("t.csv", options)
    told = source.removeprefix("t.csv").removeprefix("?")
    assert (read_options(told, TEXT_OPTIONS, ".csv") if told else Options()) == options
    assert "'" not in source


PROGRAM = """
party shop
party bank
input t: table[id: key, amount: fixed, day: date, n: int32] from shop
input k: fixed from bank
reveal sum(t.amount) * k as total
"""


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_a_run_on_a_file_without_a_header_of_which_it_needs_one_column(protocol: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("A1;1234,5;2024-05-01;5\nB2;100,25;2024-05-02;7\n")
    program = tacit.compile(PROGRAM, protocol=protocol)
    result = program.run(t=f"{tmp_path}/t.csv?delimiter=;&decimal=,&header=no", k=1)
    assert result["total"] == 1334.75
