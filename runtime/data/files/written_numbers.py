"""Numbers as people write them: `1.234,5`. In: Arrow text, and the signs. Out: Arrow text as Python writes numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...graph.nodes import Declaration
from ..sources.arrow import pa, pc
from ..sources.convert import missing_words
from ..sources.readers import family
from ..sources.refused import RefusedError, refuse_where

_ALIKE = {" ": " \u00a0\u202f", "'": "'\u2019"}
"""Signs that look like another, and stand for it."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The sign before decimals, and the one between thousands, if there is one."""

    decimal: str = "."
    thousands: str | None = None

    @property
    def are_usual(self) -> bool:
        """Whether numbers are written as Python writes them."""
        return self.decimal == "." and self.thousands is None

    def plain(self, values: Any, missing: Sequence[str]) -> Any:
        """The texts with each number as Python writes it. The texts `missing` stay, and so do texts without a digit.

        Raises `RefusedError` for a text with digits that is no number with these signs: `1.5`, if the sign is a comma.
        """
        words = pc.utf8_trim_whitespace(values)
        is_number = pc.match_substring_regex(words, self._number())
        is_wrong = pc.and_(pc.match_substring_regex(words, "[0-9]"), pc.invert(is_number))
        is_wrong = pc.and_not(is_wrong, pc.is_in(words, value_set=pa.array(list(missing), words.type)))
        refuse_where(pc.fill_null(is_wrong, False).to_numpy(zero_copy_only=False), f"the value is not a number {self}")
        plain = pc.replace_substring_regex(words, self._groups(), "") if self.thousands else words
        return pc.if_else(is_number, pc.replace_substring(plain, self.decimal, "."), words)

    def _groups(self) -> str:
        """The signs between thousands, as a regular expression."""
        return f"[{_ALIKE.get(self.thousands, self.thousands)}]" if self.thousands else ""

    def _number(self) -> str:
        """The regular expression of a number. Groups have three digits, or, as in India, two before the last three."""
        sign, group = f"[{self.decimal}]", self._groups()
        grouped = f"[0-9]{{1,3}}(?:(?:{group}[0-9]{{3}})+|(?:{group}[0-9]{{2}})*{group}[0-9]{{3}})"
        whole = f"(?:{grouped}|[0-9]+)" if group else "[0-9]+"
        return f"^[-+]?(?:{whole}(?:{sign}[0-9]*)?|{sign}[0-9]+)(?:[eE][-+]?[0-9]+)?$"

    def __str__(self) -> str:
        groups = f", thousands with {self.thousands!r}" if self.thousands else ""
        return f"whose decimals are written with {self.decimal!r}{groups}"

    def in_batches(self, batches: Iterable[Any], wanted: Mapping[str, Declaration]) -> Iterator[Any]:
        """The batches, with plain numbers in columns of numbers that are text. Raises `RefusedError`."""
        start = 0
        for batch in batches:
            for name, declared in wanted.items():
                if not is_number(declared) or family(batch.column(name).type) != "text":
                    continue
                try:
                    values = self.plain(batch.column(name), missing_words(declared))
                except RefusedError as refusal:
                    raise RefusedError(refusal.index, refusal.problem, repr(name)).moved(start) from None
                batch = batch.set_column(batch.schema.get_field_index(name), name, values)
            yield batch
            start += batch.num_rows


def is_number(declared: Declaration) -> bool:
    """Whether a column of text has one number in each row. A list is JSON, whose numbers are always written alike."""
    return declared.kind in ("int", "fixed") and not (declared.table and len(declared.dimensions) > 1)
