"""What to write where a file of text was refused, but looks right in another dialect. Nothing of it is ever assumed.

In: the file, its options, and what is wanted. Out: words that end a refusal, or none. A sample of the file, its first
lines and the one that was refused, is read in every likely dialect. The one in which most wanted columns are there and
hold what they should is told, if it is better than the one that was used.
"""

import csv
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from pathlib import Path

from ...graph.nodes import Declaration
from ..sources.arrow import pa
from ..sources.column_names import finder
from ..sources.convert import convert, missing_words
from ..sources.refused import RefusedError
from ..sources.stream import Wanted
from .csv_files import DELIMITERS, hides_fields
from .header import header_of
from .options import Options, written
from .text import TextFile
from .written_numbers import Signs, is_number

_LINES = 50
"""So many lines at the beginning are looked at."""

_BYTES = 1 << 16
"""And so many bytes at most."""

_SIGNS: tuple[tuple[str | None, str | None], ...] = (
    (None, None),
    (",", None),
    (None, ","),
    (",", "."),
    (",", " "),
    (None, " "),
    (",", "'"),
    (None, "'"),
)
"""Decimals and thousands as they are written in most countries."""

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""Byte order marks of what is no UTF-8."""

Score = tuple[bool, int]
"""Whether all that is wanted is there and fits, and how many columns do."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was refused, at a line if that is known, with the delimiter that is usual for it."""

    path: str
    options: Options
    delimiter: str
    line: int | None


def advised(refused: Refused, wanted: Wanted) -> str:
    """Words such as `; decimals seem to be written with ',': if so, write the source as 't.csv?decimal=,'`."""
    sample = _sample(refused)
    encoding = _encoding(sample, refused.options)
    if encoding == "":
        return ""
    lines = sample.decode(encoding or "utf-8-sig", "replace").removeprefix("\ufeff").splitlines(keepends=True)
    told = replace(refused.options, encoding=encoding)
    scores = [(each, _score(lines, each, refused, wanted)) for each in _candidates(told, refused, wanted)]
    best = max(score for _, score in scores)
    before = max(_score(lines, refused.options, refused, wanted), (False, 0))
    if encoding == refused.options.encoding and best <= before:
        return ""
    found = [each for each, score in scores if score == best]
    fewest = min(_changes(each, refused.options) for each in found)
    first, *others = [each for each in found if _changes(each, refused.options) == fewest]
    same = [each for each in others if replace(each, decimal=None, thousands=None) == _but_numbers(first)]
    sources = [shlex.quote(written(refused.path, each)) for each in (first, *same[:1])]
    return f"; {_reasons(first, refused.options)}: if so, write the source as {' or '.join(sources)}"


# --- the sample -------------------------------------------------------------------------------------------------


def _sample(refused: Refused) -> bytes:
    with TextFile(Path(refused.path)).bytes() as file:
        head: bytes = file.read(_BYTES)
        if head[:2] in _MARKS or b"\0" in head[:64]:
            return head[: len(head) // 4 * 4]
        lines = head.splitlines(keepends=True)
        begin = lines[:_LINES] if len(head) < _BYTES else lines[:-1][:_LINES]
        if refused.line is None or refused.line <= len(begin):
            return b"".join(begin)
        file.seek(0)
        return b"".join(begin) + next((line for number, line in enumerate(file, 1) if number == refused.line), b"")


def _encoding(sample: bytes, options: Options) -> str | None:
    """The encoding that the sample seems to have: as told, if that fits. Empty if none is likely."""
    try:
        if "\0" not in sample.decode(options.encoding or "utf-8-sig"):
            return options.encoding
    except UnicodeError:
        pass
    if options.encoding is not None:
        return ""
    if sample[:2] in _MARKS:
        return _MARKS[sample[:2]]
    if b"\0" in sample:
        return "utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"
    try:
        return "cp1252" if any(0x80 <= each < 0xA0 for each in sample) and sample.decode("cp1252") else "latin-1"
    except UnicodeError:
        return "latin-1"


# --- the dialects -----------------------------------------------------------------------------------------------


def _candidates(told: Options, refused: Refused, wanted: Wanted) -> Iterator[Options]:
    """The dialects that agree with what is told, the most likely first."""
    others = [sign for sign in DELIMITERS if sign != refused.delimiter]
    delimiters = [None, *others] if told.delimiter is None else [told.delimiter]
    headers = (None, False) if told.header is None and not isinstance(wanted, Declaration) else (told.header,)
    signs = [each for each in _SIGNS if told.decimal in (None, each[0]) and told.thousands in (None, each[1])]
    for header, delimiter, (decimal, thousands) in product(headers, delimiters, signs or [_signs_of(told)]):
        yield replace(told, header=header, delimiter=delimiter, decimal=decimal, thousands=thousands)


def _signs_of(options: Options) -> tuple[str | None, str | None]:
    return options.decimal, options.thousands


def _changes(one: Options, other: Options) -> int:
    return sum(getattr(one, field.name) != getattr(other, field.name) for field in fields(Options))


def _but_numbers(options: Options) -> Options:
    return replace(options, decimal=None, thousands=None)


def _score(lines: Sequence[str], options: Options, refused: Refused, wanted: Wanted) -> Score:
    try:
        records = [record for record in csv.reader(lines, delimiter=options.delimiter or refused.delimiter) if record]
    except csv.Error:
        return False, -1
    if not records or any(len(record) != len(records[0]) for record in records):
        return False, -1
    first = [field.strip() for field in records[0]]
    try:
        header = header_of(first, wanted, options.header)
    except RefusedError:
        return False, -1
    columns = list(zip(*records[1:], strict=True)) if header.is_first_line else list(zip(*records, strict=True))
    columns = columns or [()] * len(first)
    signs = Signs(options.decimal or ".", options.thousands)
    if not isinstance(wanted, Declaration):
        places = {name: find[0] for name in wanted if len(find := finder(header.names)(name)) == 1}
        fit = [_fits(columns[header.names.index(name)], wanted[each], signs) for each, name in places.items()]
        if options.header is False and not _shows_no_header(first, wanted, signs):
            return False, -1
        return len(fit) == len(wanted) and all(fit), len(places) + sum(fit)
    fit = [_fits(column, wanted, signs) for column in columns]
    is_shaped = _is_shaped(header.names, len(records), wanted) and not (
        options.delimiter is None and hides_fields(first, refused.delimiter)
    )
    return is_shaped and all(fit), sum(fit) if is_shaped else -1


def _shows_no_header(first: Sequence[str], wanted: Wanted, signs: Signs) -> bool:
    """Whether the first line holds a value of a kind that names are not: a number, a day."""
    assert not isinstance(wanted, Declaration)
    pairs = zip(first, wanted.values(), strict=True)
    return any(each.kind not in ("key", "bool") and word and _fits([word], each, signs) for word, each in pairs)


def _is_shaped(names: Sequence[str], rows: int, wanted: Declaration) -> bool:
    """Whether columns of these names can be the array."""
    if len(wanted.dimensions) == 2:
        return not isinstance(wanted.dimensions[1], int) or wanted.dimensions[1] == len(names)
    return len(names) == 1 or wanted.name in names or rows == 1


def _fits(words: Sequence[str], declared: Declaration, signs: Signs) -> bool:
    """Whether a column's texts are values of its kind. Missing ones and those out of range count as such."""
    if declared.table and len(declared.dimensions) > 1:
        return all(word.strip()[:1] == "[" or word.strip() in missing_words(declared) for word in words)
    values = pa.array(list(words), pa.string())
    try:
        if is_number(declared) and not signs.are_usual:
            values = signs.plain(values, missing_words(declared))
        convert(values, declared)
    except RefusedError as refusal:
        return "outside" in refusal.problem or "missing" in refusal.problem
    return True


# --- the words --------------------------------------------------------------------------------------------------


def _reasons(found: Options, before: Options) -> str:
    """What the file looks like, of all that differs."""
    parts = []
    if found.encoding != before.encoding:
        parts.append(f"the text seems to be in {found.encoding}")
    if found.delimiter != before.delimiter:
        parts.append(f"fields seem to be parted by {'tabs' if found.delimiter == chr(9) else repr(found.delimiter)}")
    if found.decimal != before.decimal:
        parts.append(f"decimals seem to be written with {found.decimal!r}")
    if found.thousands != before.thousands:
        parts.append(f"thousands seem to be parted by {found.thousands!r}")
    if found.header != before.header:
        parts.append("the first line seems to hold values, not names")
    return ", ".join(parts)
