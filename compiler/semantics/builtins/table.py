"""The built-in functions, one row each: the signature as in the language reference, and the function that builds it.

To add a built-in function, add a row.
"""

from ...ir.operations.functions import FUNCTIONS
from . import elementwise, making, order, reduction, tables
from . import quantile as quantiles
from .arguments import BuiltInRow, rows
from .groups import group as groups
from .joins import join as joins

BUILT_INS: dict[str, BuiltInRow] = rows(
    [
        ("zeros(shape, T=fixed)", making.zeros),
        ("ones(shape, T=fixed)", making.ones),
        ("full(shape, v)", making.full),
        ("arange(n)", making.arange),
        ("eye(n, T=fixed)", making.eye),
        ("reshape(x, shape)", making.reshape),
        ("transpose(x, axes=None)", making.transpose),
        ("concat(a, ..., axis=0)", making.concat),
        ("stack(a, ..., axis=0)", making.stack),
        ("matrix(column, ...)", making.matrix),
        ("rows(t)", making.rows),
        ("len(x)", making.length),
        ("flip(x, axis=None)", making.flip),
        ("repeat(x, n, axis=None)", making.repeat),
        ("abs(x)", elementwise.absolute),
        ("sign(x)", elementwise.sign),
        ("min(x, ..., axis=None, where=None)", elementwise.least),
        ("max(x, ..., axis=None, where=None)", elementwise.greatest),
        ("clip(x, lo, hi)", elementwise.clip),
        ("ensure(x, lo, hi)", elementwise.ensure),
        ("select(c, a, b)", elementwise.select),
        ("floor(x)", elementwise.floor),
        ("round(x)", elementwise.round_),
        *((f"{name}(x)", elementwise.function(name)) for name in FUNCTIONS),
        ("relu(x)", elementwise.relu),
        ("int(x)", elementwise.to_int),
        ("fixed(x)", elementwise.to_fixed),
        ("bool(x)", elementwise.to_bool),
        ("one_hot(c, n=None)", elementwise.one_hot),
        ("cumsum(x, axis=None)", elementwise.cumulative),
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
        ("filter(t, mask)", tables.filter_),
        ("table(**columns)", tables.table),
        ("union(a, ...)", tables.union),
        ("group(t, by: column, **aggregates: aggregate)", groups.group),
        ('join(a, ..., on: column, how="inner", hide_size=False)', joins.join),
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
