"""Rows that arrive in batches, as typed columns. In: Arrow record batches. Out: clear arrays, one for each column.

Only one batch is held beside the arrays: ten million rows of three columns need 240 MB, however long their text is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa, pc
from .column_names import finder
from .content import Cells, Columns, Typed, cells_of_arrow, cells_of_nested, is_list
from .convert import convert, element_type, missing_words
from .readers import Array, family
from .refused import RefusedError

BATCH_ROWS = 1 << 17
"""Rows of a batch, where the reader may choose: enough to convert in bulk, few enough to need little memory."""

Wanted = Mapping[str, Declaration] | Declaration
"""The declared columns of a table by name, or the declaration of one array, which holds for every column."""


def wanted_of(wanted: Wanted, names: Iterable[str]) -> dict[str, Declaration]:
    """What is wanted of the columns with these names. Raises `RefusedError` for a wanted name that stands twice."""
    listed = list(names)
    chosen: dict[str, Declaration] = {}
    find = finder(listed)
    for each in dict.fromkeys(listed) if isinstance(wanted, Declaration) else wanted:
        found = [each] if isinstance(wanted, Declaration) else find(each)
        count = sum(map(listed.count, found))
        if count > 1:
            raise RefusedError(None, f"{count} columns are named {each!r}")
        chosen |= {name: wanted if isinstance(wanted, Declaration) else wanted[each] for name in found}
    return {name: chosen[name] for name in listed if name in chosen}


def read_table(table: Any, wanted: Wanted) -> Columns:
    """The wanted columns of an Arrow table. Index columns that pandas adds do not count. Raises `RefusedError`."""
    names = tuple(name for name in table.schema.names if not name.startswith("__index_level_"))
    chosen = wanted_of(wanted, names)
    return Columns(names, read_batches(table.select(list(chosen)).to_batches(BATCH_ROWS), chosen))


def read_batches(batches: Iterable[Any], wanted: Mapping[str, Declaration]) -> dict[str, Cells | Typed]:
    """The wanted columns, all of which every batch has. Raises `RefusedError` with the row counted over all batches."""
    parts: dict[str, list[Array]] = {name: [] for name in wanted}
    start = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        for name, declared in wanted.items():
            try:
                parts[name].append(_column(batch.column(name), declared, parts[name]))
            except RefusedError as refusal:
                raise RefusedError(refusal.index, refusal.problem, repr(name)).moved(start) from None
        start += batch.num_rows
    return {name: Typed(_joined(parts.pop(name), declared)) for name, declared in wanted.items()}


def _joined(parts: list[Array], declared: Declaration) -> Array:
    """The parts as one array. Without any part, lists are as long as declared, because no row tells their length."""
    if parts:
        if len(parts) == 1:
            return parts[0]
        if not declared.present:
            return np.concatenate(parts)
        absent = np.concatenate([np.ma.getmaskarray(part) for part in parts])
        return np.ma.MaskedArray(np.concatenate([np.ma.getdata(part) for part in parts]), absent)
    inner = declared.dimensions[1:] if declared.table else ()
    return np.empty((0, *(length if isinstance(length, int) else 0 for length in inner)), element_type(declared))


def _column(values: Any, declared: Declaration, before: list[Array]) -> Array:
    """One column of a batch. Lists become further axes, and must be as long as in the batches `before`."""
    cells = _cells(values, declared)
    if before and before[0].shape[1:] != cells.shape[1:]:
        raise RefusedError(0, "the list has another length than the one in the first row")
    try:
        return convert(cells.values, declared).reshape(cells.shape)
    except RefusedError as refusal:
        width = int(np.prod(cells.shape[1:], dtype=np.int64))
        raise RefusedError(None if refusal.index is None else refusal.index // width, refusal.problem) from None


# --- lists ------------------------------------------------------------------------------------------------------


def _cells(values: Any, declared: Declaration) -> Cells:
    if not (declared.table and len(declared.dimensions) > 1):
        return cells_of_arrow(values)
    length = declared.dimensions[1]
    is_text = family(values.type) == "text"
    if isinstance(length, int) and len(declared.dimensions) == 2 and (is_text or is_list(values.type)):
        return _even_lists(_lists_of_text(values, declared) if is_text else values, length, declared)
    if is_text:
        return cells_of_nested([_json_list(text, row, declared) for row, text in enumerate(values.to_pylist())])
    return cells_of_arrow(values)


def _even_lists(values: Any, length: int, declared: Declaration) -> Cells:
    """Lists of the declared length. If the column has a default, a missing list is a list of missing values."""
    lengths = pc.list_value_length(values)
    absent = np.asarray(lengths.is_null().to_numpy(zero_copy_only=False))
    if absent.any() and declared.default is None and not declared.present:
        raise RefusedError(int(np.argmax(absent)), f"the list is missing; a list of {length} is expected")
    uneven = np.asarray(pc.fill_null(lengths, length).to_numpy(zero_copy_only=False)) != length
    if uneven.any():
        row = int(np.argmax(uneven))
        raise RefusedError(row, f"the list has {lengths[row].as_py()} entries; {length} are expected")
    flat = pc.list_flatten(values)
    if absent.any():
        places = np.repeat(~absent, length)
        takes = pa.array(np.where(places, np.cumsum(places) - 1, 0), mask=~places)
        flat = flat.take(takes) if len(flat) else pa.nulls(len(places), flat.type)
    return Cells(flat, (len(values), length))


_PLAIN_LIST = r"^\s*\[[-+0-9.eE,\s]*[0-9][-+0-9.eE,\s]*\]\s*$"
"""A JSON list of numbers, or nearly one. The reader of the numbers finds what is wrong with one of them."""


def _lists_of_text(values: Any, declared: Declaration) -> Any:
    """Text that holds a JSON list in each row, as Arrow lists. Raises `RefusedError`."""
    if declared.kind in ("int", "fixed") and not values.null_count:
        is_plain = pc.all(pc.match_substring_regex(values, _PLAIN_LIST)).as_py()
        if is_plain:
            return pc.split_pattern(pc.utf8_trim(values, "[] \t\r\n"), ",")
    return arrow_lists([_json_list(text, row, declared) for row, text in enumerate(values.to_pylist())])


def arrow_lists(lists: list[list[Any] | None]) -> Any:
    """Lists of JSON as Arrow lists; of entries of many kinds as lists of text."""
    try:
        return pa.array(lists, None if any(lists) else pa.list_(pa.null()))
    except (pa.ArrowException, OverflowError):
        return pa.array([None if each is None else [_text(entry) for entry in each] for each in lists])


def _json_list(text: str | None, row: int, declared: Declaration) -> list[Any] | None:
    if text is None or text.strip() in ("", *missing_words(declared)):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise RefusedError(row, "the value is not a list in the form of JSON, such as [1, 2, 3]")
    return value


def _text(entry: object) -> str | None:
    """An entry of a list of many kinds as text, which the reader of the declared kind judges."""
    return None if entry is None else str(entry)
