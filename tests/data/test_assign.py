"""Which source serves which input, and the sizes that the data binds."""

from pathlib import Path

import pytest
from tacit.runtime.data.assign import assign_sources
from tacit.runtime.data.sizes import Found, bind_sizes
from tacit.runtime.errors import InputError, UsageError
from tacit.runtime.graph.nodes import Declaration

DECLARED = (
    Declaration("x", "int", ("n",), role="alice"),
    Declaration("t.user", "key", ("rows(t)",), role="bob", table="t"),
    Declaration("t.amount", "fixed", ("rows(t)",), role="bob", table="t"),
    Declaration("bids", "int", (20,), role="farmers", each=True),
    Declaration("old", "int", (), shares=True),
    Declaration("rate", "fixed", ()),
)


def assigned(given: dict[str, object], folder: Path | None = None) -> list[tuple[str, int | None, object]]:
    return [(one.name, one.member, one.source) for one in assign_sources(DECLARED, given, folder)]


def test_given_sources_come_before_files(tmp_path: Path) -> None:
    for name in ("x.csv", "t.parquet", "bids[1].npy", "bids[0].json", "rate.json", "rate.txt", "other.csv"):
        (tmp_path / name).touch()
    assert assigned({"x": "5"}, tmp_path) == [
        ("x", None, "5"),
        ("t", None, tmp_path / "t.parquet"),
        ("bids", 0, tmp_path / "bids[0].json"),
        ("bids", 1, tmp_path / "bids[1].npy"),
        ("rate", None, tmp_path / "rate.json"),
    ]


def test_members_are_given_one_by_one_or_at_once() -> None:
    rest = {"x": "1", "t": "2", "rate": "3"}
    assert assigned({**rest, "bids[1]": "b", "bids[0]": "a"})[2:4] == [("bids", 0, "a"), ("bids", 1, "b")]
    assert assigned({**rest, "bids": "all"})[2] == ("bids", None, "all")
    with pytest.raises(InputError, match=r"input 'bids' is missing for member \[1\]"):
        assigned({**rest, "bids[0]": "a", "bids[2]": "b"})
    with pytest.raises(UsageError, match="both for all members at once and for some"):
        assigned({**rest, "bids": "a", "bids[2]": "b"})


def test_names_and_files_that_do_not_fit_are_told(tmp_path: Path) -> None:
    listed = r"the program declares x \(from alice\), t \(from bob\), bids \(from each farmers\), rate \(public\)"
    with pytest.raises(UsageError, match=f"the program has no input 'y'; {listed}"):
        assigned({"y": "1"})
    with pytest.raises(UsageError, match="not `from each` of a role"):
        assigned({"x[0]": "1"})
    with pytest.raises(
        InputError, match=f"missing: inputs 't', 'bids', 'rate'; give it with --input t=SOURCE; {listed}"
    ):
        assigned({"x": "1"})
    with pytest.raises(InputError, match="has no file of that name"):
        assigned({"x": "1"}, tmp_path)
    (tmp_path / "x.csv").touch()
    (tmp_path / "x.npy").touch()
    with pytest.raises(InputError, match=r"input 'x' has two files in .*, x\.csv and x\.npy; keep one"):
        assigned({}, tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        assigned({}, tmp_path / "none")


def test_one_name_has_one_size() -> None:
    x = Declaration("x", "int", ("n", 3, "k"), role="alice")
    t = Declaration("t.amount", "fixed", ("n",), role="bob", table="t")
    assert bind_sizes([Found(x, (5, 3, 7)), Found(t, (5,))]) == {"n": 5, "k": 7}
    assert bind_sizes([], {"n": 2}) == {"n": 2}
    with pytest.raises(InputError) as caught:
        bind_sizes([Found(x, (5, 3, 7), "alice"), Found(t, (6,), "bob")])
    assert str(caught.value) == (
        "size 'n' is 5 in input 'x' of alice (its rows), but 6 in input 't' of bob (its rows); "
        "one name has one size in the whole program"
    )
    with pytest.raises(InputError, match="size 'k' is 8 in --size k=8, but 7 in input 'x'"):
        bind_sizes([Found(x, (5, 3, 7))], {"k": 8})
