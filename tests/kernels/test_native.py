"""Compiled functions on disk: what several processes put there at the same time."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

MODULE = """
from tacit.runtime.kernels.native import OUT, OUT32, native

def adding(number):
    def add(out):
        for i in range(out.size):
            out[i] += number
    return add

VERSIONS = [native(OUT)(adding(1)), native(OUT)(adding(2)), native(OUT32)(adding(1))]
"""


def test_versions_of_a_function_share_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a common one, processes that fill it at once may mistake one version for another from then on."""
    (tmp_path / "versions_of_one.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    first = import_module("versions_of_one").VERSIONS
    assert all(version.load() for version in first)
    assert len(list(tmp_path.rglob("*.nbi"))) == 3
    del sys.modules["versions_of_one"]
    assert not any(version.load() for version in import_module("versions_of_one").VERSIONS)
