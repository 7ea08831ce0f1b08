"""Files of program text. In: a path. Out: a source, once it is known to be UTF-8."""

from hashlib import sha256
from pathlib import Path

from ..diagnostics import CompileError, Diagnostic
from ..source import Source, Span


def read_source(path: Path) -> Source:
    """The text of a file. Raises CompileError if it is not UTF-8, and OSError if it cannot be read."""
    content = path.read_bytes()
    try:
        return source_of(path.name, str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CompileError([_not_utf8(path, content, error)]) from None


def source_of(name: str, path: str, text: str) -> Source:
    """A source whose lines end alike, whatever editor wrote them, and that begins with no byte-order mark."""
    return Source(name, path, text.removeprefix("\ufeff").replace("\r\n", "\n"))


def identity(source: Source) -> str:
    """A digest of a program's text. What its file is called and empty lines at its end make no difference."""
    return sha256(source.text.rstrip().encode()).hexdigest()


def _not_utf8(path: Path, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    before = content[: error.start].decode("utf-8-sig")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    source = Source(path.name, str(path), content.decode("utf-8-sig", errors="replace"))
    return Diagnostic(
        Span(source, line, column, line, column + 1), "this file is not UTF-8 text", expected="UTF-8",
        found=f"the byte 0x{content[error.start]:02X}", remedy="save the file as UTF-8 in your editor",
    )  # fmt: skip
