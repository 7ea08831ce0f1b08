"""Built-in functions of a window: what a row has by its place among the rows of its group. In: bound arguments.

`lag(x, by=user, order=day)` is the x of the row before, by day, of the same user; `row_number` counts such rows from 1
on, `rank` gives equal ones the number of the first of them, and `cumsum` adds up. Out: an array, a value for each row,
in the order of the rows. Cleared rows are in no group.
"""

from ...ir.program import Value
from ...ir.types import Kind
from ..arrays.arithmetic import conjunction, require_numbers
from ..arrays.arrangement import bits, preceding, zero_rows
from ..arrays.missing import bits_of, blank, with_bits
from ..state.conversion import as_number
from ..state.describe import describe
from ..state.values import Array, Bundle, Meaning, Table, tied
from .arguments import Arguments
from .elementwise import cumulative
from .groups.kinds import Ranked, Runs
from .order import sort_keys


def lag(call: Arguments) -> Meaning:
    """The value of the row before in the group; missing on the first one."""
    x = _values(call)
    ranked, valid = _ranked(call, x)
    if not x.shape[0]:
        return x
    context = call.context
    is_later = context.emit("not", context.emit("equal", ranked.ranks(), context.integer(0)))

    def earlier(value: Value) -> Value:
        moved = ranked.moved(value)
        before = preceding(context, moved, zero_rows(context, moved, 1))
        return context.emit("select", is_later, before, context.filled(moved.type.with_shape(()), 0))

    there = ranked.back(is_later if x.present is None else earlier(bits_of(context, x)))
    value = ranked.back(earlier(x.value))
    return with_bits(context, tied(value, (valid,)), there, 0 if x.present is None or x.present.held == 0 else None)


def row_number(call: Arguments) -> Meaning:
    """The place of each row in its group, from 1 on; equal rows stay in order."""
    ranked, valid = _ranked(call)
    return _from_one(call, ranked.back(ranked.ranks()), valid)


def rank(call: Arguments) -> Meaning:
    """One more than the rows of the group that come before, equal ones not among them."""
    groups, valid = _ranked(call)
    equals, _ = _ranked(call, together=True)
    first, of_equals = groups.back(groups.starts()), equals.back(equals.starts())
    return _from_one(call, call.context.emit("subtract", of_equals, first), valid)


def cumsum(call: Arguments) -> Meaning:
    """Running sums: along an axis, or of the rows of each group up to each row."""
    if not call.has("by") and not call.has("order"):
        return cumulative(call)
    if call.has("axis"):
        raise call.expected("axis", "no axis: rows are added up in their groups", "`axis=`", "leave it out")
    x, context = _values(call), call.context
    require_numbers([x], call.at("x"), call.signature.name, Kind.BOOL, Kind.INT, Kind.FIXED)
    ranked, valid = _ranked(call, x)
    moved = ranked.moved(as_number(context, blank(context, x)).value)
    before = ranked.spread(ranked.before(ranked.sum(moved)))
    total = context.emit("cumsum", moved, axis=0)
    running = tied(ranked.back(context.emit("subtract", total, before)), (valid,))
    return running if x.present is None else with_bits(context, running, bits_of(context, x))


def _from_one(call: Arguments, places: Value, valid: Value | None) -> Array:
    return tied(call.context.emit("add", places, call.context.integer(1)), (valid,))


def _values(call: Arguments) -> Array:
    x = call.array("x")
    if x.rank != 1:
        raise call.expected("x", "one value for each row", describe(x), "take a part of the lists: `t.list[:, 0]`")
    return x


def _ranked(call: Arguments, x: Array | None = None, *, together: bool = False) -> tuple[Ranked, Value | None]:
    """The rows by the columns of `by`, and in each group by those of `order`, or by those of both `together`."""
    context = call.context
    by, order = _columns(call, "by"), _columns(call, "order")
    given = [*([] if x is None else [x]), *by, *order]
    if not given:
        raise call.expected("order", "a column to go by", "none", "write `order=t.day`, say")
    for name, columns in (("by", by), ("order", order)):
        for each in columns:
            if each.rank != 1 or each.shape != given[0].shape:
                expected = f"one value for each of {given[0].shape[0] if given[0].rank else 1} rows"
                raise call.expected(name, expected, describe(each), "name columns of one table")
    rows = given[0].shape[0]
    valid = conjunction(context, [each.tie(0) for each in given])
    keys = [*by, *(order if together else [])] or [Array(bits(context, 0, rows))]
    keyed = {f"key {number}": each for number, each in enumerate(keys)}
    present = {name: each.present for name, each in keyed.items() if each.present is not None}
    table = Table({name: each.value for name, each in keyed.items()}, rows, valid, present=present)
    last = [] if together else [key for each in order for key, _ in sort_keys(context, each, 0)]
    return Runs(context, table, list(keyed), None).ranked(last), valid


def _columns(call: Arguments, name: str) -> list[Array]:
    """The arrays of an optional argument: one, or several in brackets."""
    if not call.has(name):
        return []
    given = call.named[name]
    elements = given.value.elements if isinstance(given.value, Bundle) else (given.value,)
    what = f"the argument `{name}` of `{call.signature.name}`"
    return [call.context.as_array(each, given.span, what) for each in elements]
