"""Files of program text. In: a path. Out: a source, once it is known to be UTF-8."""

from pathlib import Path

from ..diagnostics import CompileError, Diagnostic
from ..source import Source, Span


def read_source(path: Path) -> Source:
    """The text of a file. Raises CompileError if it is not UTF-8, and OSError if it cannot be read."""
    content = path.read_bytes()
    try:
        return Source(path.name, str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CompileError([_not_utf8(path, content, error)]) from None


def _not_utf8(path: Path, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    before = content[: error.start].decode("utf-8-sig")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    source = Source(path.name, str(path), content.decode("utf-8-sig", errors="replace"))
    return Diagnostic(
        Span(source, line, column, line, column + 1), "this file is not UTF-8 text", expected="UTF-8",
        found=f"the byte 0x{content[error.start]:02X}", remedy="save the file as UTF-8 in your editor",
    )  # fmt: skip
