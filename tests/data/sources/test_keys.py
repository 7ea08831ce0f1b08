"""Keys: the hash of the standard library, whatever the number of texts; normalisation; every key once."""

import unicodedata
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tacit.runtime.alignment.unique import check_repeats
from tacit.runtime.clear.keys import NO_KEY, hash_key
from tacit.runtime.clear.keys import normalised as normalised_text
from tacit.runtime.data.sources import keys
from tacit.runtime.data.sources.keys import hash_keys, normalised
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration

TEXTS = ["a", "é", "user@example.com", *("x" * length for length in (127, 128, 129, 255, 256, 257, 1000))]


def test_a_key_is_blake2b() -> None:
    digest = blake2b("é".encode(), digest_size=8).digest()
    assert hash_key("é").to_bytes(8, "little", signed=True) == digest


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string(), pa.string_view()])
def test_many_keys_are_hashed_like_few(type_: pa.DataType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_FEW", 0)
    texts = pa.array(TEXTS).cast(type_)
    expected = [hash_key(text) for text in TEXTS]
    assert hash_keys(texts).tolist() == expected
    assert hash_keys(texts.slice(2, 3)).tolist() == expected[2:5]
    assert hash_keys(texts.slice(0, 0)).tolist() == []


@pytest.mark.parametrize(
    ("steps", "text", "expected"),
    [
        ((), " A ", " A "),
        (("casefold",), " Ann@Example.COM ", " ann@example.com "),
        (("strip",), " Ann ", "Ann"),
        (("casefold", "strip"), "\tSTRASSE\n", "strasse"),
        (("casefold", "strip"), "\u00a0Straße", "strasse"),
        (("casefold",), "e\u0301", "é"),
        (("strip",), "ＡＢ１", "AB1"),
        (("digits",), "+49 (0)30-12", "4903012"),
        (("digits",), "+٤٩ ３０", "4930"),
        (("digits",), "n/a", ""),
    ],
)
def test_normalisation(steps: tuple[str, ...], text: str, expected: str) -> None:
    assert normalised(pa.array([text, "x"]), steps)[0].as_py() == expected
    assert normalised(pa.array([text, "ı"]), steps)[0].as_py() == expected
    assert normalised_text(text, steps) == expected


@pytest.mark.parametrize("steps", [("strip",), ("casefold",), ("digits",), ("strip", "casefold")])
def test_one_text_is_normalised_like_many(steps: tuple[str, ...]) -> None:
    letters = [chr(code) for code in range(0x3100) if unicodedata.category(chr(code)) != "Cn"]
    texts = [f"{letter}A {letter}" for letter in letters]
    assert normalised(pa.array(texts), steps).to_pylist() == [normalised_text(text, steps) for text in texts]


def column() -> Declaration:
    return Declaration("t.user", "key", ("rows(t)",), table="t")


def refusal(values: list[int], source: object = None) -> str:
    with pytest.raises(InputError) as caught:
        check_repeats(column(), np.array(values, np.int64), 1, source)
    return str(caught.value)


def test_unique_keys_pass() -> None:
    for values in ([], [5], [3, 1, 2], [NO_KEY, 4, NO_KEY]):
        check_repeats(column(), np.array(values, np.int64))


def test_the_first_row_that_repeats_a_key_is_named() -> None:
    message = "input 't': row 4, column 'user': the key is that of row 2 too; the join needs every key once"
    assert message in refusal([9, 7, 8, 7, 9, 7])
    assert "row 3, column 'user': the key is that of row 1 too" in refusal([5, NO_KEY, 5, NO_KEY])


def test_a_csv_file_is_named_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text('user\n"a\nb"\nc\nc\n')
    message = refusal([1, 2, 2], path)
    assert f"input 't' ({path}): row 3 (line 5), column 'user': the key is that of row 2 (line 4) too" in message
    assert refusal([1, 2, 2], str(path)) == message
    assert "row 3, column" in refusal([1, 2, 2], tmp_path / "people.parquet")
