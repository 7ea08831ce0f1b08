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

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ....ir.labels import Label
from ....ir.program import Value
from ....ir.types import MOMENTS, Kind
from ...arrays.arithmetic import conjunction
from ...arrays.arrangement import bits, part, rearranged, stacked, zero_rows
from ...declarations import present_name
from ...errors import wrong
from ...state.context import Context
from ...state.values import Table
from ..arguments import Arguments
from .matched import Matched, Partners, Request
from .repeats import Arranged, standing_for_all
from .shared import assembled, followed, shared_join
from .unique import note_unique

_KEYS = (Kind.KEY, Kind.INT, *MOMENTS, Kind.CATEGORY, Kind.BOOL)
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
    if join["repeats"] and _repeats(request.call, join["repeats"]):
        if join["owners"][0] == join["owners"][1]:
            return shared_join(_moved(request))
        return _shuffled(context, _many(request, join, k))
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
        found = replace(found.moved(lambda value: part(context, value, k, rows)), rows=rows - k)
    elif how not in ("inner", "semi") and not of_a == of_b == k:
        found = _shuffled(context, found)
    if len(request.on) == 1:
        note_unique(context, [found.a[name] for name in request.keys])
    return found


def _shuffled(context: Context, found: Matched) -> Matched:
    """The rows in an order that nobody knows."""
    order = context.emit("random_rows", n=found.rows)
    return found.moved(lambda value: context.emit("gather", value, order))


def _moved(request: Request) -> Request:
    """The join of tables by key, whose owner puts them so: what is found is then no input, as of all other keys. So
    nobody matches it again, and it is known which keys are matched before anybody knows whether one stands twice.
    """
    key = request.on[0]
    a, b = (
        rearranged(request.context, table, Arranged.of(request.context, table, key).by_key)
        for table in (request.a, request.b)
    )
    return replace(request, a=a, b=b)


def _many(request: Request, join: dict[str, Any], k: int) -> Matched:
    """The joined rows where a key of `a` stands twice: those of `a`, cleared unless they are in the result, and then
    those of `b` alone if they are.

    The first row of each key is matched for all. Its owner numbers these rows first, in the order of their keys, and
    the others after them. These slots are aligned as a column is: so they tell the joined rows, as shares, to which
    slot they go. From there each row is copied to the rows of its key, which its owner knows.
    """
    context, a, b = request.context, request.a, request.b
    arranged = Arranged.of(context, a, request.on[0])
    table = rearranged(context, a, arranged.by_key)
    found = _partners(request, join, k, arranged, table.valid)
    if not request.keeps_right:
        return assembled(request, table, found)
    rest = _Side(context, {**join, "side": 1, "rows": b.rows}, b, before=b.rows, between=0, after=0)
    moved = {name: rest.moved(value) for name, value in b.columns.items()}
    everything = Table(moved, b.rows, rest.cleared)
    return followed(request, table, found, _alone(request, join, k, everything))


def _partners(request: Request, join: dict[str, Any], k: int, arranged: Arranged, valid: Value | None) -> Partners:
    """What the rows of `a` by key have found, of which these are valid."""
    context, a, b = request.context, request.a, request.b
    slots = context.emit("align", arranged.places(), **{**join, "side": 0, "rows": a.rows})
    to_slots = context.emit("placed", slots)
    right = _Side(context, {**join, "side": 1, "rows": k}, b, before=k, between=a.rows - k, after=0)

    def copied(x: Value) -> Value:
        return arranged.copied(context.emit("gather", x, to_slots))

    names = [name for name in b.columns if request.brings and not request.is_of_key(name)]
    columns = {name: copied(right.moved(b.columns[name])) for name in names}
    has = conjunction(context, [copied(right.present), valid])
    assert has is not None
    return Partners(columns, has, right.present)


def joined_around(requests: Sequence[Request]) -> list[Matched]:
    """One left table joined with several right ones: for each of these what it brings, all on the same rows.

    The owner of the left table matches keys with the owner of each other one. So all parties learn how many keys match
    in each of these matchings, and nothing of keys that more than two owners have in common. What each matching finds
    goes to the rows of the left table, by key, which then are shuffled.
    """
    first = requests[0]
    context, a = first.context, first.a
    arranged = Arranged.of(context, a, first.on[0])
    table = rearranged(context, a, arranged.by_key)
    found = []
    for request in requests:
        join = _join(request)
        k = _matches(request.call, join["join"], min(a.rows, request.b.rows))
        _repeats(request.call, join["repeats"])
        found.append(_partners(request, join, k, arranged, table.valid))
    present = bits(context, 1, a.rows) if table.valid is None else table.valid
    has = [each.base for each in found]
    if first.how == "anti":
        valid = conjunction(context, [table.valid, *(context.emit("not", each) for each in has)])
    else:
        valid = table.valid if first.how == "left" else conjunction(context, has)
    order = context.emit("random_rows", n=a.rows)
    return [
        Matched(table.columns if number == 0 else {}, each.columns, present, each.base, a.rows, valid).moved(
            lambda value: context.emit("gather", value, order)
        )
        for number, each in enumerate(found)
    ]


def _alone(request: Request, join: dict[str, Any], k: int, b: Table) -> Table:
    """The rows of `b` without a partner: those after the pairs; also pairs, if all rows of `a` with the key are
    cleared, which the owner of `a` knows."""
    context, a = request.context, request.a
    if a.valid is None:
        columns = {name: part(context, value, k, b.rows) for name, value in b.columns.items()}
        return Table(columns, b.rows - k, None if b.valid is None else part(context, b.valid, k, b.rows))
    present = standing_for_all(context, a, request.on[0]).valid
    assert present is not None
    partners = context.emit("align", present, **{**join, "side": 0, "rows": k})
    has = stacked(context, partners, bits(context, 0, b.rows - k))
    return Table(b.columns, b.rows, conjunction(context, [b.valid, context.emit("not", has)]))


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
    sides, several = _sides(request, names), len(request.on) > 1
    return {
        "join": f"matches({', '.join(sides)})",
        "counts": (request.a.rows, request.b.rows),
        "owners": tuple(_owner(context, table, request.keys) for table in tables),
        "left": names[0],
        "right": names[1],
        "kinds": tuple(request.a.named[name].type.element.kind.value for name in columns),
        "together": tuple(len(key) for key in request.on),
        "most": (1 if several else 0, request.most if request.brings or several else 0),
        "repeats": "" if several else f"repeats({sides[0]})",
    }


def _sides(request: Request, names: list[tuple[str, ...]]) -> list[str]:
    """The keys of either side: `p.user`, or `p.store and p.day or p.id`."""
    sides = []
    for given in names:
        columns = iter(given)
        sides.append(" or ".join(" and ".join(next(columns) for _ in key) for key in request.on))
    return sides


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


def _repeats(call: Arguments, name: str) -> bool:
    """Whether a key of the left side stands twice: told by its owner, or given by hand; else not."""
    context = call.context
    if name not in context.sizes:
        return False
    found = context.sizes[name]
    if found not in (0, 1):
        raise wrong(
            call.span,
            "keys stand twice, or they do not",
            expected="1 if a key stands twice, else 0",
            found=f"{found}, given by `--size`",
            remedy=f"give another number: `--size '{name}=1'`",
        )
    context.matched[name] = found
    return bool(found)


def _made_up(context: Context, most: int) -> int:
    """A number below the made-up sizes of the tables that no other size has."""
    number = most
    while number > 1 and number in context.sizes.values():
        number -= 1
    return number
