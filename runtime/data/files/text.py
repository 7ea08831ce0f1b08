"""Files of text, packed with gzip or not, in any encoding. In: a path. Out: bytes, lines, records."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any, TextIO, cast

from ..sources.arrow import pa

REPLACED = "\ufffd"
"""The character that Python puts in place of bytes that are none of the encoding's."""

_BLOCK_BYTES = 1 << 23


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of text. Without an encoding it is UTF-8, with or without a byte order mark.

    What reads it raises `OSError`, and `EOFError` or `zlib.error` for a packed file that is damaged.
    """

    path: Path
    encoding: str | None = None

    @property
    def encoding_name(self) -> str:
        """The encoding as messages name it."""
        return self.encoding or "UTF-8"

    @property
    def is_packed(self) -> bool:
        """Whether the file is packed with gzip."""
        return self.path.name.lower().endswith(".gz")

    def bytes(self) -> IO[Any]:
        """The unpacked bytes."""
        return cast(IO[Any], gzip.open(self.path)) if self.is_packed else self.path.open("rb")

    def text(self, errors: str = "replace") -> TextIO:
        """The text, whose line ends are kept."""
        encoding = self.encoding or "utf-8-sig"
        opened = gzip.open if self.is_packed else open
        return cast(TextIO, opened(self.path, "rt", encoding=encoding, errors=errors, newline=""))

    def arrow(self) -> Any:
        """The unpacked bytes as a stream of Arrow's."""
        return pa.input_stream(str(self.path), compression="gzip" if self.is_packed else None)

    def records(self, delimiter: str, is_strict: bool = False) -> Iterator[tuple[int, list[str]]]:
        """Each record of CSV and the line on which it starts. Raises `csv.Error`."""
        with self.text() as file:
            reader = csv.reader(file, delimiter=delimiter, strict=is_strict)
            line = 1
            for record in reader:
                if line == 1 and record:
                    record[0] = record[0].removeprefix("\ufeff")  # the mark, where the encoding keeps it
                yield line, record
                line = reader.line_num + 1

    def count_quotes(self) -> int:
        """How many quotes there are. All of the file is read."""
        if self.encoding is not None:
            with self.text() as text:
                return sum(block.count('"') for block in iter(partial(text.read, _BLOCK_BYTES), ""))
        with self.bytes() as file:
            return sum(block.count(b'"') for block in iter(partial(file.read, _BLOCK_BYTES), b""))

    def blank_lines_at_end(self) -> int:
        """How many empty lines the file ends with."""
        if self.is_packed or self.encoding is not None:
            count = 0
            with self.text() as lines:
                for line in lines:
                    count = 0 if line.strip("\r\n") else count + 1
            return count
        with self.path.open("rb") as file, closing(mmap(file.fileno(), 0, access=ACCESS_READ)) as content:
            end = len(content)
            while end and content[end - 1] in b"\r\n":
                end -= 1
            return max(0, content[end:].count(b"\n") - 1)
