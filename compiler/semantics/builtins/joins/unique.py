"""Keys that stand once: what is known of it, and what stops a run where it does not hold.

Known are the keys of groups, and of joins whose left keys are known. What one party knows it checks by itself: the
message is for its eyes. What nobody knows is checked under protection: all parties learn one bit, and stop where it
tells that a key stands twice.
"""

from collections.abc import Iterable, Sequence

from ....ir.labels import join
from ....ir.program import Value
from ...arrays.arithmetic import conjunction
from ...state.context import Context
from ...state.values import Table
from .matched import Request
from .repeats import Arranged, has_key


def note_unique(context: Context, columns: Iterable[Value]) -> None:
    """Remembers that no two valid rows have the same in all of these columns."""
    context.facts.unique.add(frozenset(columns))


def is_unique(context: Context, table: Table, key: Sequence[str]) -> bool:
    """Whether no key of these columns stands twice, as far as anybody knows when the program is compiled."""
    columns = {table.named[name] for name in key}
    return table.rows <= 1 or any(known <= columns for known in context.facts.unique)


def is_clear(table: Table, key: Sequence[str]) -> bool:
    """Whether one party, or everyone, knows the keys of a table and which rows it has."""
    values = [table.named[name] for name in key] + ([] if table.valid is None else [table.valid])
    return join(value.label for value in values).is_clear


def needs_check(request: Request, key: Sequence[str]) -> bool:
    """Whether the parties have to find out if a key of `b` stands twice. Whoever knows the keys checks them here."""
    context, b = request.context, request.b
    if not (request.brings or len(request.on) > 1) or is_unique(context, b, key):
        return False
    if not is_clear(b, key):
        return True
    if b.rows > 1:
        usable = conjunction(context, [b.valid, has_key(context, b, key)])
        arranged = Arranged.of(context, b, key, usable)
        context.builder.effect("assert", context.emit("all", arranged.starts, axis=0), message=message(request, key))
    return False


def require_none(request: Request, found: Value, key: Sequence[str]) -> None:
    """Stops the run for all parties where any of these bits holds: it tells that a key of `b` has too many rows."""
    context = request.context
    if found.type.size:
        none = context.emit("not", context.emit("any", found, axis=0))
        context.builder.effect("require", none, message=message(request, key))


def refuse_surplus(request: Request, surplus: Value, key: Sequence[str]) -> None:
    """Stops the run where a bit of `surplus` holds: for whoever knows the keys of `b`, or for all parties."""
    context = request.context
    if not surplus.label.is_clear:
        require_none(request, surplus, key)
    elif surplus.type.size:
        none = context.emit("not", context.emit("any", surplus, axis=0))
        context.builder.effect("assert", none, message=message(request, key))


def message(request: Request, key: Sequence[str]) -> str:
    """What the parties are told."""
    columns = " and ".join(f"`{name}`" for name in key)
    rows = "two rows" if request.most == 1 else f"more than {request.most} rows"
    return f"{rows} of the right side of the join have the same {columns}: allow more of a key with `at_most=`"
