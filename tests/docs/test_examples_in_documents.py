"""Every program that a document shows compiles, in canonical layout; those marked `mpc-error` are refused."""

import re
from pathlib import Path

import pytest
import tacit
from tacit.compiler.source import Source
from tacit.compiler.syntax.format import format_source

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ELSEWHERE = ["extending.md"]  # whose blocks `test_extending` applies to a copy of the tree
BLOCK = re.compile(r"^```(mpc|mpc-error|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(*kinds: str) -> list[pytest.ParameterSet]:
    found = []
    for document in DOCUMENTS:
        if document.name in ELSEWHERE:
            continue
        text = document.read_text()
        for block in BLOCK.finditer(text):
            line = text[: block.start()].count("\n") + 1
            if block[1] in kinds:
                found.append(pytest.param(block[2], id=f"{document.name}:{line}"))
    return found


@pytest.mark.parametrize("program", blocks("mpc"))
def test_programs_compile(program: str) -> None:
    tacit.compile(program).check()


@pytest.mark.parametrize("program", blocks("mpc"))
def test_programs_are_in_canonical_layout(program: str) -> None:
    kept = [line.partition("#")[0].rstrip() for line in program.splitlines()]
    layout = format_source(Source("document.mpc", "document.mpc", program)).splitlines()
    assert [line.partition("#")[0].rstrip() for line in layout if line.strip()] == [
        line for line in kept if line.strip()
    ]


@pytest.mark.parametrize("program", blocks("mpc-error"))
def test_wrong_programs_are_refused(program: str) -> None:
    with pytest.raises(tacit.CompileError):
        tacit.compile(program).check()


@pytest.mark.parametrize("program", blocks("python"))
def test_python_runs(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(program, "document", "exec"), {})  # noqa: S102 (our own documents)


def test_links_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_documents_were_found() -> None:
    assert len(blocks("mpc")) >= 6
    assert len(blocks("python")) >= 1
