"""Words that people bring along from Python, NumPy and SQL, and what to write here. In: a word. Out: a remedy.

A test parses each remedy's code and looks up its functions: what a message proposes exists.
"""

from collections.abc import Mapping

WRITE: Mapping[str, tuple[str, ...]] = {
    "where": ("select(c, a, b)",),
    "iif": ("select(c, a, b)",),
    "ifelse": ("select(c, a, b)",),
    "if_else": ("select(c, a, b)",),
    "minimum": ("min(a, b)",),
    "fmin": ("min(a, b)",),
    "amin": ("min(x)",),
    "maximum": ("max(a, b)",),
    "fmax": ("max(a, b)",),
    "amax": ("max(x)",),
    "avg": ("mean(x)",),
    "average": ("mean(x)", "sum(x * w) / sum(w)"),
    "total": ("sum(x)",),
    "stdev": ("std(x)",),
    "stddev": ("std(x)",),
    "variance": ("var(x)",),
    "power": ("x ** 2", "exp(y * log(x))"),
    "pow": ("x ** 2", "exp(y * log(x))"),
    "square": ("x * x",),
    "cbrt": ("exp(log(x) / 3)",),
    "float": ("fixed(x)",),
    "double": ("fixed(x)",),
    "integer": ("int(x)",),
    "boolean": ("bool(x)",),
    "astype": ("fixed(x)", "int(x)", "bool(x)"),
    "array": ("[1, 2, 3]",),
    "asarray": ("[1, 2, 3]",),
    "list": ("[1, 2, 3]",),
    "dot": ("x @ y", "sum(x * y)"),
    "inner": ("x @ y", "sum(x * y)"),
    "matmul": ("x @ y",),
    "mm": ("x @ y",),
    "outer": ("x[:, None] * y[None, :]",),
    "norm": ("sqrt(sum(x * x))",),
    "trace": ("sum(x * eye(len(x)))",),
    "diff": ("x[1:] - x[:-1]",),
    "diag": ("x * eye(len(x))",),
    "trunc": ("int(x)",),
    "fabs": ("abs(x)",),
    "absolute": ("abs(x)",),
    "log2": ("log(x) / log(2.0)",),
    "log10": ("log(x) / log(10.0)",),
    "log1p": ("log(1 + x)",),
    "expm1": ("exp(x) - 1",),
    "tan": ("sin(x) / cos(x)",),
    "size": ("len(x)",),
    "length": ("len(x)",),
    "shape": ("x.shape",),
    "nrow": ("rows(t)",),
    "ravel": ("reshape(x, 6)",),
    "flatten": ("reshape(x, 6)",),
    "concatenate": ("concat(a, b)",),
    "append": ("concat(a, b)",),
    "vstack": ("concat(a, b)",),
    "hstack": ("concat(a, b, axis=1)",),
    "column_stack": ("stack(a, b, axis=1)",),
    "tile": ("repeat(x, 3)",),
    "reversed": ("flip(x)",),
    "reverse": ("flip(x)",),
    "sorted": ("sort(x)",),
    "order_by": ("sort(t, by=amount)",),
    "groupby": ("group(t, by=city, total=sum(amount))",),
    "group_by": ("group(t, by=city, total=sum(amount))",),
    "merge": ("join(a, b, on=id)",),
    "nunique": ("rows(group(t, by=city, n=count()))",),
    "unique": ("group(t, by=city, n=count())",),
    "distinct": ("group(t, by=city, n=count())",),
    "value_counts": ("group(t, by=city, n=count())",),
    "bincount": ("sum(one_hot(x, 5), axis=0)",),
    "histogram": ("sum(one_hot(x, 5), axis=0)",),
    "query": ("filter(t, t.amount > 3)",),
    "dropna": ("filter(t, t.amount > 3)",),
    "percentile": ("quantile(x, 0.9)",),
    "ptp": ("max(x) - min(x)",),
    "nonzero": ("select(x != 0, x, 0)",),
    "isin": ("any(x[:, None] == [1, 2, 3], axis=1)",),
    "softmax": ("exp(x - max(x)) / sum(exp(x - max(x)))",),
    "prod": ("exp(sum(log(x)))",),
}
"""For each word the code to write, the most likely first."""

LOOPS: Mapping[str, str] = {
    "enumerate": "for i in range(len(x)):",
    "items": "for x, y in zip(X, Y):",
    "iterrows": "for x, y in zip(t.a, t.b):",
    "map": "for x in X:",
}
"""The header of the loop to write."""

METHODS = frozenset(
    [
        "sum",
        "mean",
        "var",
        "std",
        "min",
        "max",
        "argmin",
        "argmax",
        "any",
        "all",
        "sort",
        "argsort",
        "cumsum",
        "reshape",
        "transpose",
        "median",
        "repeat",
        "round",
        "clip",
        "count",
        "join",
        "group",
        "filter",
        "quantile",
    ]
)
"""Functions of the language that people call as methods."""

MODULES = frozenset(["np", "numpy", "math", "torch", "tf", "jnp", "pd", "statistics", "scipy"])
"""Names under which people import functions that need no import here."""


def remedy_of(word: str) -> str:
    """What to write instead of a word; empty if nothing is known."""
    if word in LOOPS:
        return f"write `{LOOPS[word]}`"
    return f"write {' or '.join(f'`{code}`' for code in WRITE[word])}" if word in WRITE else ""


def remedy_of_method(word: str, module: str) -> str:
    """What to write instead of `x.word(...)`; `module` is the word before the point."""
    if word in METHODS:
        where = f"`{module}.`" if module in MODULES else "a point"
        return f"write `{word}(x)`, the value in the parentheses, without {where}"
    return remedy_of(word) or "call a function, the value in its parentheses: `sum(x)`"
