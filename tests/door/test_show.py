"""How results look in text."""

import io
from typing import Any

import numpy as np
import pytest
from tacit.results import Report
from tacit.terminal.show import closing_line, print_outputs, progress_bar, shown


class Terminal(io.StringIO):
    """Text that believes it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array(True), "true"),
        (np.array(-3), "-3"),
        (np.array(0.1), "0.1"),
        (np.array(2.0), "2.0"),
        (np.array(6554 / 65536), "0.10001"),
        (np.array("yes"), "yes"),
        (np.array("2024-02-29", dtype="datetime64[D]"), "2024-02-29"),
        (np.array([], np.int64), "[]"),
        (np.arange(8), "[0, 1, 2, 3, 4, 5, 6, 7]"),
        (np.arange(9), "[0, 1, 2, 3, ..., 5, 6, 7, 8]  (9)"),
        (np.eye(2), "[[1.0, 0.0], [0.0, 1.0]]"),
        (np.zeros((2, 20), np.int64), "[[0, 0, 0, 0, ..., 0, 0, 0, 0], [0, 0, 0, 0, ..., 0, 0, 0, 0]]  (2×20)"),
        ({"a": np.arange(1), "b": np.array([0.5])}, "table of 1 row\n  a: [0]\n  b: [0.5]"),
        ({"a": np.arange(0)}, "table of 0 rows\n  a: []"),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert shown(value, decimals=5) == text


def test_roles_that_got_nothing_are_not_listed() -> None:
    for out in (io.StringIO(), Terminal()):
        print_outputs(out, {"alice": {"x": np.array(1)}, "bob": {}}, 16)
        assert "alice" in out.getvalue()
        assert "bob" not in out.getvalue()


def test_names_are_not_taken_for_markup() -> None:
    out = Terminal()
    print_outputs(out, {"farmers[0]": {"x": np.array(1)}}, 16)
    assert "farmers[0]" in out.getvalue()


def test_members_who_are_told_the_same_are_listed_together() -> None:
    x = {"x": np.array(1)}
    for out in (io.StringIO(), Terminal()):
        print_outputs(out, {"alice": x, **{f"farmers[{number}]": x for number in range(5_000)}}, 16)
        assert "farmers[0], ..., farmers[4999] (5,000)" in out.getvalue()
        assert len(out.getvalue().splitlines()) == 4


@pytest.mark.parametrize(
    ("sent", "told"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_000_000, "2.0 MB"), (5e12, "5,000.0 GB")],
)
def test_closing_line(sent: int, told: str) -> None:
    seconds = {"compile": 0.04, "offline": 0.0, "online": 0.011, "total": 0.6}
    report = Report("rep3", ("alice", "bob", "helper"), 1209, {"alice": sent, "bob": 0, "helper": 0}, seconds)
    assert closing_line(report) == (
        f"rep3 with alice, bob, helper: 1,209 rounds, {told} sent, 0.60 s (compile 0.04, online 0.01)"
    )


def test_progress_is_shown_on_a_terminal_only() -> None:
    for out, expected in ((io.StringIO(), False), (Terminal(), True)):
        with progress_bar(out) as progress:
            progress.notice("compiling kernels")
            progress(3, 9)
        assert ("3/9" in out.getvalue()) is expected
