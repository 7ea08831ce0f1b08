"""What a command loads, and what it leaves out: that decides how fast it starts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
