"""The built-in functions: one row each, its signature as the language reference writes it and the function that builds
it. Adding one is adding a row.

A function that is not wrapped in a policy of `absence` sees by itself what may be missing in its arguments.
"""

from ...ir.operations.functions import FUNCTIONS
from ..arrays.missing import Zero
from . import elementwise, making, moments, order, reduction, tables, windows
from . import quantile as quantiles
from .absence import moves, refuses, spreads, takes_texts, tests
from .arguments import BuiltInRow, rows
from .groups import group as groups
from .joins import join as joins

BUILT_INS: dict[str, BuiltInRow] = rows(
    [
        ("zeros(shape, T=fixed)", refuses(making.zeros)),
        ("ones(shape, T=fixed)", refuses(making.ones)),
        ("full(shape, v)", moves(making.full, "v")),
        ("arange(n)", refuses(making.arange)),
        ("eye(n, T=fixed)", refuses(making.eye)),
        ("reshape(x, shape)", moves(making.reshape, "x")),
        ("transpose(x, axes=None)", moves(making.transpose, "x")),
        ("concat(a, ..., axis=0)", takes_texts(moves(making.concat, "a"), "a")),
        ("stack(a, ..., axis=0)", takes_texts(moves(making.stack, "a"), "a")),
        ("matrix(column, ...)", making.matrix),
        ("rows(t)", making.rows),
        ("len(x)", making.length),
        ("flip(x, axis=None)", moves(making.flip, "x")),
        ("repeat(x, n, axis=None)", moves(making.repeat, "x")),
        ("abs(x)", spreads(elementwise.absolute, Zero.OF_ALL)),
        ("sign(x)", spreads(elementwise.sign, Zero.OF_ALL)),
        ("min(x, ..., axis=None, where=None)", takes_texts(elementwise.least, "x")),
        ("max(x, ..., axis=None, where=None)", takes_texts(elementwise.greatest, "x")),
        ("clip(x, lo, hi)", takes_texts(spreads(elementwise.clip), "x", "lo", "hi")),
        ("ensure(x, lo, hi)", takes_texts(elementwise.ensure, "x", "lo", "hi")),
        ("select(c, a, b)", takes_texts(elementwise.select, "a", "b")),
        ("floor(x)", spreads(elementwise.floor, Zero.OF_ALL)),
        ("ceil(x)", spreads(elementwise.ceil, Zero.OF_ALL)),
        ("round(x, digits=0)", spreads(elementwise.round_, Zero.OF_ALL)),
        *((f"{name}(x)", spreads(elementwise.function(name))) for name in FUNCTIONS),
        ("relu(x)", spreads(elementwise.relu, Zero.OF_ALL)),
        ("int(x)", spreads(elementwise.to_int, Zero.OF_ALL)),
        ("fixed(x)", spreads(elementwise.to_fixed, Zero.OF_ALL)),
        ("date(x)", moments.to_date),
        ("datetime(x)", moments.to_datetime),
        ("bool(x)", spreads(elementwise.to_bool, Zero.OF_ALL)),
        ("one_hot(c, n=None)", tests(elementwise.one_hot)),
        ("cumsum(x, axis=None, by=None, order=None)", windows.cumsum),
        ("sum(x, axis=None, where=None)", reduction.sum_),
        ("mean(x, axis=None, where=None)", reduction.mean),
        ("var(x, axis=None, where=None)", reduction.var),
        ("std(x, axis=None, where=None)", reduction.std),
        ("argmin(x, axis=None, where=None)", reduction.argmin),
        ("argmax(x, axis=None, where=None)", reduction.argmax),
        ("any(x, axis=None, where=None)", reduction.any_),
        ("all(x, axis=None, where=None)", reduction.all_),
        ("count(x, axis=None, where=None)", reduction.count),
        ("sort(x, by: column=None, descending=False, axis=-1)", order.sort),
        ("argsort(x, descending=False, axis=-1)", order.argsort),
        ("topk(x, k, axis=-1)", order.topk),
        ("median(x, axis=None, where=None)", quantiles.median),
        ("quantile(x, q: number, axis=None, where=None)", quantiles.quantile),
        ("permute(x, p)", order.permute),
        ("shuffle(x)", order.shuffle),
        ("missing(x)", elementwise.missing),
        ("fill(x, v)", elementwise.fill),
        ("filter(t, mask)", tables.filter_),
        ("table(**columns)", tables.table),
        ("union(a, ...)", tables.union),
        ("lag(x, by=None, order=None)", windows.lag),
        ("row_number(by=None, order=None)", windows.row_number),
        ("rank(by=None, order=None)", windows.rank),
        ("drop(t, columns: column)", tables.drop),
        ("rename(t, **names: column)", tables.rename),
        ("group(t, by: column, **aggregates: aggregate)", groups.group),
        ('join(a, ..., on: column, how="inner", hide_size=False, at_most=1)', joins.join),
        ("range(start, stop=..., step=...)", elementwise.refuse),
        ("zip(x, ...)", elementwise.refuse),
        ("batches(x, ..., size)", elementwise.refuse),
    ]
)

NOT_AVAILABLE_YET = frozenset(
    [
        "gradient",
        "gaussian",
        "laplace",
    ]
)
