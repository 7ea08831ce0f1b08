"""`join` where the owners of the keys match them among themselves, before the program is compiled.

In: two tables. The keys of each table are an input of one party, which knows the table's other columns as well. Out:
`Matched`. The parties learn a size, the number of matches k. The rows are aligned in an order that all know: first the
k pairs, then the n - k other rows of `a`, then the m - k other rows of `b`. So the rows of `inner` are the first k, and
their order tells nothing. With `left` and `outer`, an owner who is told a column of its own, row by row, would see
which of its rows have a partner. There the rows are shuffled once all columns are shares, and whether a row has a
partner is secret.

A table may have been filtered; its valid bits are then one more column. Cleared rows are matched like all others, so
that the number of matches says nothing of the filter.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from ....ir.labels import Label
from ....ir.program import Value
from ....ir.types import Kind
from ...arrays.arithmetic import conjunction
from ...arrays.arrangement import bits, part, stacked, zero_rows
from ...declarations import present_name
from ...errors import wrong
from ...state.context import Context
from ...state.values import Table
from ..arguments import Arguments
from .matched import Matched, Request

_KEYS = (Kind.KEY, Kind.INT, Kind.DATE, Kind.CATEGORY, Kind.BOOL)
"""Of what owners match: numbers that do not depend on how the program is compiled."""


def is_alignable(request: Request) -> bool:
    """Whether each side's keys come from one party, which knows all of its columns and their valid bits."""
    return (
        all(_owner(request.context, table, request.keys) is not None for table in (request.a, request.b))
        and all(
            request.a.named[name].type.element.kind is request.b.named[name].type.element.kind for name in request.keys
        )
        and not any(_lacks_numbers(table, name) for table in (request.a, request.b) for name in request.keys)
    )


def _lacks_numbers(table: Table, name: str) -> bool:
    """Whether keys may be missing that are no texts: of these no number tells that they are."""
    return present_name(name) in table.columns and table.columns[name].type.element.kind is not Kind.KEY


def aligned_join(request: Request) -> Matched:
    """The joined rows: of `inner` the pairs, of `left` those of `a`, of `outer` those of `a` and the rest of `b`."""
    context, a, b, how = request.context, request.a, request.b, request.how
    join = _join(request)
    k = _matches(request.call, join["join"], min(a.rows, b.rows))
    of_a = a.rows if request.keeps_left else k
    of_b = b.rows if request.keeps_right else k
    rows = of_a + of_b - k
    left = _Side(context, {**join, "side": 0, "rows": of_a}, a, before=k, between=0, after=of_b - k)
    right = _Side(context, {**join, "side": 1, "rows": of_b}, b, before=k, between=of_a - k, after=0)
    moved_a = {name: left.moved(value) for name, value in a.columns.items()}
    moved_b = {
        name: right.moved(value)
        for name, value in b.columns.items()
        if request.brings and (not request.is_of_key(name) or request.keeps_right)
    }
    if request.keeps_right:
        for name in filter(request.is_of_key, a.columns):
            moved_a[name] = _either(context, left, moved_a[name], moved_b[name])
    found = Matched(moved_a, moved_b, left.present, right.present, rows, _valid(context, how, left, right))
    if how == "anti" and b.valid is None:
        return replace(found.moved(lambda value: part(context, value, k, rows)), rows=rows - k)
    if how in ("inner", "semi") or of_a == of_b == k:
        return found
    order = context.emit("random_rows", n=rows)
    return found.moved(lambda value: context.emit("gather", value, order))


def _valid(context: Context, how: str, left: "_Side", right: "_Side") -> Value | None:
    """Which of the joined rows are in the result; None for all."""
    if how in ("inner", "semi"):
        return conjunction(context, [left.cleared, right.cleared])
    if how == "left":
        return left.cleared
    if how == "anti":
        alone = None if right.cleared is None else context.emit("not", right.cleared)
        return conjunction(context, [left.cleared, alone])
    if how == "right":
        return right.cleared
    if left.table.valid is right.table.valid is None:
        return None
    return context.emit("or", left.present, right.present)


@dataclass(eq=False)
class _Side:
    """A table on its way to the joined rows.

    The table has a row in the first `before` of the joined rows, and none in the `between` rows that follow. It has a
    row in all further rows except the last `after`.
    """

    context: Context
    attributes: dict[str, Any]
    table: Table
    before: int
    between: int
    after: int
    present: Value = field(init=False)
    """On which of the joined rows the table has a row that is not cleared."""
    cleared: Value | None = field(init=False)
    """The valid bits of the table's rows among the joined rows; None if all are valid."""

    def __post_init__(self) -> None:
        self.present = self._spread(bits(self.context, 1, self.attributes["rows"]))
        self.cleared = None
        if self.table.valid is not None:
            self.present = self.cleared = self._spread(self._aligned(self.table.valid))

    def moved(self, column: Value) -> Value:
        """A column on the joined rows. It is zero where the table has no row, or a cleared one."""
        found = self._spread(self._aligned(column))
        return found if self.cleared is None else _kept(self.context, self.present, found)

    def _aligned(self, column: Value) -> Value:
        return self.context.emit("align", column, **self.attributes)

    def _spread(self, x: Value) -> Value:
        """x with rows of zeros where the table has no rows."""
        context = self.context
        parts = [
            part(context, x, 0, self.before),
            zero_rows(context, x, self.between),
            part(context, x, self.before, x.type.shape[0]),
            zero_rows(context, x, self.after),
        ]
        return stacked(context, *parts)


def _kept(context: Context, mask: Value, x: Value) -> Value:
    """x where the mask of its rows holds, and zeros elsewhere."""
    shape = x.type.shape
    wide = context.emit("reshape", mask, shape=(shape[0], *(1 for _ in shape[1:])))
    wide = wide if len(shape) == 1 else context.emit("broadcast", wide, shape=shape)
    return context.emit("select", wide, x, context.filled(x.type, 0))


def _either(context: Context, left: _Side, x: Value, y: Value) -> Value:
    """The key of the row of `a`, or the key of the row of `b` where `a` has no row."""
    if left.cleared is not None:
        return context.emit("select", left.present, x, y)
    rows = left.attributes["rows"]
    return stacked(context, part(context, x, 0, rows), part(context, y, rows, y.type.shape[0]))


# --- what is matched --------------------------------------------------------------------------------------------


def _join(request: Request) -> dict[str, Any]:
    """The attributes of `align` that say which rows are matched, and on what."""
    context, tables = request.context, (request.a, request.b)
    columns = [name for key in request.on for name in key]
    names = [tuple(_input(context, table.named[name]) for name in columns) for table in tables]
    return {
        "join": _name(request, names),
        "counts": (request.a.rows, request.b.rows),
        "owners": tuple(_owner(context, table, request.keys) for table in tables),
        "left": names[0],
        "right": names[1],
        "kinds": tuple(request.a.named[name].type.element.kind.value for name in columns),
        "together": tuple(len(key) for key in request.on),
        "most": (1, 1),
        "repeats": "",
    }


def _name(request: Request, names: list[tuple[str, ...]]) -> str:
    """`matches(p.user, q.user)`, or `matches(p.store and p.day or p.id, q.store and q.day or q.id)`."""
    sides = []
    for given in names:
        columns = iter(given)
        sides.append(" or ".join(" and ".join(next(columns) for _ in key) for key in request.on))
    return f"matches({', '.join(sides)})"


def _input(context: Context, value: Value) -> str:
    """The name of the input that a value is; empty for any other value."""
    source = context.builder.definition(value)
    return source.attributes["name"] if source is not None and source.name == "input" else ""


def _owner(context: Context, table: Table, keys: tuple[str, ...]) -> str | None:
    """The one who knows all of a table, whose keys are inputs."""
    columns = [table.named[name] for name in keys]
    owner = columns[0].label.owner
    if owner is None or not all(_input(context, each) and each.type.element.kind in _KEYS for each in columns):
        return None
    known = [*table.columns.values(), *columns, *([] if table.valid is None else [table.valid])]
    return owner if all(_is_known(value.label, owner) for value in known) else None


def _is_known(label: Label, owner: str) -> bool:
    return label.is_clear and label.owner in (None, owner)


def _matches(call: Arguments, name: str, most: int) -> int:
    """The number of matches: found by the parties, given by hand, or made up. Raises WrongError if it is too large."""
    context = call.context
    if name not in context.sizes:
        context.sizes[name] = made_up = _made_up(context, most)
        context.sampled.setdefault(made_up, name)
    number = context.sizes[name]
    if not 0 <= number <= most:
        raise wrong(
            call.span,
            "so many keys cannot match",
            expected=f"at most {most} matches, the rows of the smaller table",
            found=f"{number}, given by `--size`",
            remedy=f"give another number: `--size '{name}=...'`",
        )
    context.matched[name] = number
    return number


def _made_up(context: Context, most: int) -> int:
    """A number below the made-up sizes of the tables that no other size has."""
    number = most
    while number > 1 and number in context.sizes.values():
        number -= 1
    return number
