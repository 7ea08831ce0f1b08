"""Source texts and places in them. In: paths or text. Out: `Source`, and the `Span` that every later stage carries."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """One `.mpc` text.

    `name` is what compiled graphs carry (a file's name, the same on every machine); `path` is what messages show.
    """

    name: str
    path: str
    text: str = field(repr=False)

    def line(self, number: int) -> str:
        """The line `number` (from 1) without its end; empty past the end of the text."""
        lines = self.text.split("\n")
        return lines[number - 1].removesuffix("\r") if 0 < number <= len(lines) else ""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of characters. Lines and columns count from 1, and the end column is exclusive."""

    source: Source = field(compare=False)
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def text(self) -> str:
        """The characters of the range, line ends among them."""
        lines = self.source.text.split("\n")[self.line - 1 : self.end_line]
        lines[-1] = lines[-1][: self.end_column - 1]
        lines[0] = lines[0][self.column - 1 :]
        return "\n".join(lines)

    def to(self, other: "Span") -> "Span":
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.line, self.column, other.end_line, other.end_column)
