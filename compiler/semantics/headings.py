"""Names that columns have in the data, `"Order ID" as order_id: key`. In: a column as written. Out: its heading."""

import unicodedata

from ..diagnostics import Note
from ..syntax import tree
from ..syntax.words import quoted
from .errors import wrong


def heading_of(column: tree.ColumnSyntax, from_shares: bool, read: dict[str, tree.Name]) -> str | None:
    """The column's name in the data, if it is another one than in the program; `read` has the names read so far."""
    name, heading = column.name, column.heading
    former = read.setdefault(heading, name)
    if former is not name:
        raise wrong(
            column.span, f"the column {quoted(heading)} of the data is read as `{former.text}` already",
            expected="each column of the data once", found=f"{quoted(heading)} again",
            remedy=f"leave it out; `t.{name.text} = t.{former.text}` gives it another name",
            notes=[Note(former.span, "it is read here")],
        )  # fmt: skip
    if heading == name.text:
        return None
    if from_shares and unicodedata.normalize("NFKC", heading) != name.text:
        raise wrong(
            column.span, "shares keep the names that the program gave that saved them", expected="the name alone",
            found=f"{quoted(heading)} as another name",
            remedy=f"leave the text out; `rename(t, {name.text}=...)` gives another name",
        )  # fmt: skip
    return None if from_shares else heading
