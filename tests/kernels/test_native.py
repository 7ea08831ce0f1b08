"""Compiled functions on disk: what several processes put there at the same time."""

import sys
from importlib import import_module, invalidate_caches
from linecache import checkcache
from pathlib import Path

import numpy as np
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


USING = """
import {number} as number
from tacit.runtime.kernels.native import OUT, native

@native(OUT, modules=(number,))
def add(out):
    for i in range(out.size):
        out[i] += number.NUMBER
"""


def test_a_function_is_compiled_anew_when_what_it_uses_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numba's cache on disk looks at the file of the function alone."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    used, using = tmp_path / "number_used.py", tmp_path / "number_using.py"
    using.write_text(USING.format(number=used.stem))
    found = []
    for number in (1, 2, 2):
        used.write_text(f"NUMBER = {number}\n")
        add = import_module(using.stem).add
        out = np.zeros(1, np.uint64)
        found.append(add.load())
        add.run(out)
        found.append(int(out[0]))
        checkcache()
        invalidate_caches()
        for module in (used, using):
            del sys.modules[module.stem]
    assert found == [True, 1, True, 2, False, 2]
