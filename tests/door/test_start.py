"""What a command loads, and what it leaves out: that decides how fast it starts."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tacit
from tacit import start

EXAMPLES = Path(__file__).parents[2] / "examples"
MILLIONAIRES = EXAMPLES / "millionaires"


def loaded_by(program: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after a program."""
    telling = (
        "\nimport json, sys\nsys.stderr.write(json.dumps([name for name, module in sys.modules.items() if module]))"
    )
    done = subprocess.run([sys.executable, "-c", program + telling], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stderr)}


@pytest.mark.parametrize("source", ["5", "[1, 2, 3]", MILLIONAIRES / "data" / "bob_wealth.json"])
@pytest.mark.parametrize("kind", ["int", "fixed"])
def test_numbers_are_read_without_arrow(source: object, kind: str) -> None:
    dimensions = ("n",) if str(source).startswith("[") else ()
    program = f"""
from pathlib import Path
from tacit.runtime.data.read import read_input
from tacit.runtime.graph.nodes import Declaration
source = {str(source)!r}
read_input("x", [Declaration("x", {kind!r}, {dimensions!r}, scale=16)], source)
"""
    assert loaded_by(program).isdisjoint({"pyarrow", "pandas"})


def test_a_command_reads_arrays_without_pandas(tmp_path: Path) -> None:
    """Also where PyArrow is asked what an object is, for which it would load pandas."""
    np.save(tmp_path / "x.npy", np.arange(1000))
    program = tmp_path / "count.mpc"
    program.write_text("party alice\nparty bob\ninput x: key[n] from alice\nreveal count(x == x) as rows\n")
    command = ["run", str(program), "--input", f"x={tmp_path / 'x.npy'}", "--json"]
    running = f"import sys; from tacit.start import main; sys.argv[1:] = {command}; assert main() == 0"
    assert "pandas" not in loaded_by(running)


COMMANDS = {
    "help": ["--help"],
    "check": ["check", "PROGRAM"],
    "explain": ["explain", "PROGRAM"],
    "compile": ["compile", "PROGRAM", "-o", "graph"],
    "fmt": ["fmt", "--check", "PROGRAM"],
    "run": ["run", "PROGRAM", "--data", str(MILLIONAIRES / "data")],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_process_of_a_command_loads_no_compiler_of_kernels(command: str, tmp_path: Path) -> None:
    """Who runs parties has it loaded in another process meanwhile."""
    words = [str(MILLIONAIRES / "millionaires.mpc") if word == "PROGRAM" else word for word in COMMANDS[command]]
    program = f"""
import os, sys
from tacit.start import main
sys.argv[1:] = {words!r}
os.chdir({str(tmp_path)!r})
try:
    main()
except SystemExit:
    pass
"""
    assert loaded_by(program).isdisjoint({"numba", "llvmlite", "pyarrow", "duckdb", "networkx", "pandas", "rich"})


def test_the_package_itself_loads_next_to_nothing() -> None:
    loaded = loaded_by("import tacit; assert 'Program' in dir(tacit)")
    assert loaded.isdisjoint({"numba", "numpy", "lark", "pyarrow"})


def test_what_the_package_does_not_have_is_an_error() -> None:
    with pytest.raises(AttributeError, match="module 'tacit' has no attribute 'programme'"):
        tacit.programme  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'programme'"):
        from tacit import programme  # noqa: F401, PLC0415


def test_an_interrupt_while_the_command_loads_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loading:
        def main(self, *_: object) -> int:
            raise KeyboardInterrupt

    monkeypatch.setattr(start, "_cli", Loading())
    monkeypatch.setattr(sys, "argv", ["tacit", "check", "x.mpc"])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    try:
        assert start.main() == 130
    finally:
        gc.enable()
