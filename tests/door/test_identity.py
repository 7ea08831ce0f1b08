"""What a program is to other parties: its text, but not its line ends, its name, or what an editor adds."""

from pathlib import Path

import pytest
import tacit
from tacit.commands.cli import main
from tacit.compilation import Compilation, Options
from tacit.compiler.syntax.reading import identity, read_source
from tacit.deployed import _agreement
from tacit.runtime.graph.file import unnamed, written

TEXT = """\
party alice
party bob
input a: int[0..9] from alice
input b: int32 from bob
c = ensure(a + b, 0, 99)
reveal c as total
"""

COPIES = {
    "crlf.mpc": TEXT.replace("\n", "\r\n").encode(),
    "bom.mpc": b"\xef\xbb\xbf" + TEXT.encode(),
    "blank.mpc": TEXT.encode() + b"\n\n",
    "cut.mpc": TEXT.rstrip().encode(),
    "crlf_bom.mpc": b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode() + b"\r\n",
}


def compiled(path: Path) -> tuple[dict[str, str], bytes]:
    """What parties compare before and after they compile."""
    compilation = Compilation(read_source(path), Options())
    return _agreement(compilation), unnamed(written(compilation.compiled_for({}).graph)).compared


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_one_program(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.mpc").write_bytes(TEXT.encode())
    (tmp_path / name).write_bytes(COPIES[name])
    assert compiled(tmp_path / name) == compiled(tmp_path / "a.mpc")


def test_another_program_is_another(tmp_path: Path) -> None:
    (tmp_path / "a.mpc").write_bytes(TEXT.encode())
    (tmp_path / "b.mpc").write_bytes(TEXT.replace("99", "98").encode())
    first, second = (compiled(tmp_path / name) for name in ("a.mpc", "b.mpc"))
    assert first[0] != second[0]
    assert first[1] != second[1]
    assert identity(read_source(tmp_path / "a.mpc")) != identity(read_source(tmp_path / "b.mpc"))


@pytest.mark.parametrize("name", COPIES)
def test_text_from_python_and_the_place_of_a_mistake(name: str, tmp_path: Path) -> None:
    text = COPIES[name].decode()
    assert tacit.compile(text).evaluate({"a": 4, "b": 38})["total"] == 42
    with pytest.raises(tacit.CompileError, match=r"program.mpc:5:5: .*\n +5 \| c = ensur\(a \+ b, 0, 99\)\n"):
        tacit.compile(text.replace("ensure", "ensur"))


def test_layout_writes_plain_line_ends(tmp_path: Path) -> None:
    (tmp_path / "c.mpc").write_bytes(COPIES["crlf_bom.mpc"])
    assert main(["fmt", "--check", str(tmp_path / "c.mpc")]) == 1
    assert main(["fmt", str(tmp_path / "c.mpc")]) == 0
    assert (tmp_path / "c.mpc").read_bytes() == TEXT.encode()


def test_one_base_has_all_that_is_refused() -> None:
    with pytest.raises(tacit.TacitError, match="not defined"):
        tacit.compile("party a\nparty b\ninput x: int from a\nreveal nonsense(x) as u\n")
    with pytest.raises(tacit.TacitError, match="assertion failed"):
        tacit.compile("party a\ninput x: int\nassert x > 3\n").evaluate({"x": 1})
    with pytest.raises(tacit.TacitError, match="lies outside"):
        tacit.compile(TEXT).evaluate({"a": 9, "b": 100})
