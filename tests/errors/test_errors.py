"""Every program in this folder is wrong; beside each lies the exact text that a user reads.

`TACIT_UPDATE_ERRORS=1` rewrites the texts; read the difference before you commit it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.semantics.elaborate import elaborate
from tacit.compiler.source import Source
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.parser import parse
from tacit.compiler.syntax.reading import read_source

HERE = Path(__file__).parent


def check_syntax(path: Path) -> None:
    source = read_source(path)
    parse(Source(path.name, path.name, source.text))


def check_semantics(path: Path) -> None:
    source = read_source(path)
    elaborate(parse(Source(path.name, path.name, source.text)), {}, module).sound()


def module(name: str) -> tree.Module | None:
    path = HERE / "semantics" / "modules" / f"{name}.mpc"
    return parse(Source(path.name, path.name, read_source(path).text)) if path.exists() else None


# The stage that must find what is wrong with the programs of each folder.
STAGES: dict[str, Callable[[Path], object]] = {"syntax": check_syntax, "semantics": check_semantics}


@pytest.mark.parametrize("path", sorted(HERE.glob("*/*.mpc")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_message_is_exact(path: Path) -> None:
    with pytest.raises(CompileError) as caught:
        STAGES[path.parent.name](path)
    text = f"{caught.value}\n".replace(f"{path}:", f"{path.name}:")
    expected = path.with_suffix(".txt")
    if os.environ.get("TACIT_UPDATE_ERRORS") == "1":
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_each_text_has_its_program() -> None:
    assert [path for path in HERE.glob("*/*.txt") if not path.with_suffix(".mpc").exists()] == []
