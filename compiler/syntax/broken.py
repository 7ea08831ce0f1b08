"""Lines that cannot be read. In: a line, and where reading it stops. Out: whether a row of `mistakes` fits the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from lark import Token

from .words import describe, describe_all, is_reserved, name_for, quoted, shortened

_OPENING = frozenset({"LPAR", "LSQB"})
_CLOSING = frozenset({"RPAR", "RSQB"})


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be read beyond `tokens[position]`, where one of the terminals `expected` should stand."""

    tokens: Sequence[Token]
    position: int
    expected: frozenset[str]

    @property
    def first(self) -> Token:
        """The first word of the line."""
        return self.tokens[0]

    @property
    def at(self) -> Token:
        """The word at the stop."""
        return self.tokens[self.position]

    @property
    def before(self) -> Token:
        """The word before the stop. At the start of the line, the stop itself."""
        return self.tokens[max(0, self.position - 1)]

    @property
    def after(self) -> Token:
        """The word after the stop. At the end of the line, the end."""
        return self.tokens[min(self.position + 1, len(self.tokens) - 1)]

    @property
    def heading(self) -> Sequence[Token]:
        """The words between which the stop is, if they stand for a column's name: up to its colon, in `table[...]`."""
        opening = self._table()
        if opening < 0:
            return ()
        depth, start = 0, opening + 1
        for place, token in enumerate(self.tokens[opening + 1 :], start=opening + 1):
            depth += (token.type in _OPENING) - (token.type in _CLOSING)
            if depth < 0 or (depth == 0 and token.type in ("COMMA", "COLON")):
                if place >= self.position:
                    words = self.tokens[start:place]
                    return words if token.type == "COLON" and _are_unquoted(words) else ()
                start = place + 1 if token.type == "COMMA" else len(self.tokens)
        return ()

    def _table(self) -> int:
        """The place of the innermost bracket after `table` that is open at the stop; -1 if there is none."""
        opened: list[int] = []
        for place, token in enumerate(self.tokens[: self.position]):
            if token.type in _OPENING:
                opened.append(place)
            elif token.type in _CLOSING and opened:
                opened.pop()
        return max((place for place in opened if place and self.tokens[place - 1] == "table"), default=-1)

    def stands(self, where: "Where") -> bool:
        """Whether the stop is in such a place of the line."""
        kinds = [token.type for token in self.tokens[: self.position]]
        match where:
            case Where.SECOND:
                return self.position == 1
            case Where.DOUBLED:
                return len(kinds) > 1 and kinds[-1] == kinds[-2]
            case Where.COLUMN:
                return bool(self.heading)
            case Where.BRACKETED | Where.BARE:
                depth = sum(map(kinds.count, ("LPAR", "LSQB"))) - sum(map(kinds.count, ("RPAR", "RSQB")))
                return (depth > 0) is (where is Where.BRACKETED)
        return True


class Where(Enum):
    """Where in a line a mistake is looked for."""

    ANYWHERE = "anywhere"
    BRACKETED = "inside brackets"
    BARE = "outside brackets"
    COLUMN = "where a table's column has its name"
    SECOND = "at the line's second word"
    DOUBLED = "after a sign written twice"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row of the table of mistakes: which broken lines it fits, and what it says about them.

    `first`, `before`, `at` and `after` list words or terminals; the line's word in that place must be one of them.
    `wants` lists terminals, all of which the grammar must accept at the stop. An empty list fits everything. `mark`
    names the word that gets the caret. Texts may mention the four words, and of a table's column its `{heading}` in
    quotes and a `{name}` for it. Without `expected` and `found`, the message tells what the grammar would accept and
    what it got.
    """

    example: str
    problem: str
    expected: str = ""
    remedy: str = ""
    found: str = ""
    where: Where = Where.ANYWHERE
    first: str = ""
    before: str = ""
    at: str = ""
    after: str = ""
    wants: str = ""
    mark: str = "at"

    def fits(self, broken: Broken) -> bool:
        """Whether the line has this mistake."""
        return (
            broken.stands(self.where)
            and _is_one(broken.first, self.first)
            and _is_one(broken.before, self.before)
            and _is_one(broken.at, self.at)
            and _is_one(broken.after, self.after)
            and broken.expected.issuperset(self.wants.split())
        )

    def say(self, broken: Broken) -> tuple[Token, str, str, str, str]:
        """The marked word, the problem, what was expected, what was found, the remedy."""
        words = {"first": broken.first, "before": broken.before, "at": broken.at, "after": broken.after}
        fields = {name: shortened(str(word)) for name, word in words.items()}
        heading = _text_of(broken.heading)
        fields |= {"heading": quoted(heading), "name": name_for(heading)}
        expected = self.expected.format(**fields) or describe_all(broken.expected)
        found = self.found.format(**fields) or describe(broken.at)
        return words[self.mark], self.problem.format(**fields), expected, found, self.remedy.format(**fields)


def _are_unquoted(words: Sequence[Token]) -> bool:
    return bool(words) and all(word.type != "STRING" for word in words)


def _text_of(words: Sequence[Token]) -> str:
    """The words as they are written, with the space between them."""
    text = "".join(words[:1])
    for before, word in pairwise(words):
        gap = word.column - before.end_column if word.line == before.end_line else 1
        text += " " * gap + word
    return text


def _is_one(token: Token, wanted: str) -> bool:
    words = wanted.split()
    if not words or token.type in words or str(token) in words:
        return True
    return "RESERVED" in words and is_reserved(token)
