"""Words that people bring along from Python, NumPy and SQL, and what to write here. In: a word. Out: a remedy.

A test compiles each remedy's code: what a message proposes exists.
"""

from collections.abc import Mapping, Sequence

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
    "dropna": ("filter(t, not missing(t.amount))",),
    "percentile": ("quantile(x, 0.9)",),
    "ptp": ("max(x) - min(x)",),
    "nonzero": ("select(x != 0, x, 0)",),
    "isin": ("x in [1, 2, 3]",),
    "contains": ("3 in x",),
    "softmax": ("exp(x - max(x)) / sum(exp(x - max(x)))",),
    "prod": ("exp(sum(log(x)))",),
    "mod": ("x % 3",),
    "fmod": ("x % 3",),
    "remainder": ("x % 3",),
    "multiply": ("x * y",),
    "subtract": ("x - y",),
    "add": ("x + y",),
    "xor": ("a ^ b",),
    "logical_and": ("a and b",),
    "logical_or": ("a or b",),
    "logical_not": ("not a",),
    "logical_xor": ("a ^ b",),
    "invert": ("not a",),
    "true": ("True",),
    "false": ("False",),
    "case": ("a if q else b",),
    "tuple": ("(x, y)",),
    "dict": ("table(a=x, b=y)",),
    "dataframe": ("table(a=x, b=y)",),
    "DataFrame": ("table(a=x, b=y)",),
    "set": ("group(t, by=city, n=count())",),
    "tolist": ("x",),
    "item": ("x",),
    "copy": ("x",),
    "numpy": ("x",),
    "values": ("x",),
    "detach": ("x",),
    "head": ("x[:3]",),
    "tail": ("x[-3:]",),
    "permutation": ("shuffle(x)",),
    "sample": ("shuffle(x)",),
    "choice": ("shuffle(x)",),
    "nlargest": ("topk(x, 3)",),
    "argpartition": ("topk(x, 3)",),
    "isclose": ("abs(x - y) < 0.001",),
    "allclose": ("all(abs(x - y) < 0.001)",),
    "array_equal": ("all(x == y)",),
    "between": ("lo <= x and x <= hi",),
    "to_int": ("int(x)",),
    "to_float": ("fixed(x)",),
    "ceiling": ("ceil(x)",),
    "rint": ("round(x)",),
    "around": ("round(x, 2)",),
    "tensor": ("[1, 2, 3]",),
    "linspace": ("arange(5) / 4",),
    "identity": ("eye(3)",),
    "zeros_like": ("x * 0",),
    "ones_like": ("x * 0 + 1",),
    "expand_dims": ("x[:, None]",),
    "unsqueeze": ("x[:, None]",),
    "squeeze": ("x[:, 0]",),
    "swapaxes": ("transpose(x)",),
    "rolling": ("lag(x, order=y)",),
    "shift": ("lag(x, order=y)",),
    "null": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "nil": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "none": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "NULL": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "NA": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "nan": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "NaN": (
        "missing(x)",
        "fill(x, 0)",
    ),
    "isnull": ("missing(x)",),
    "isna": ("missing(x)",),
    "isnan": ("missing(x)",),
    "is_null": ("missing(x)",),
    "notnull": ("not missing(x)",),
    "notna": ("not missing(x)",),
    "isfinite": ("not missing(x)",),
    "coalesce": ("fill(x, 0)",),
    "nvl": ("fill(x, 0)",),
    "ifnull": ("fill(x, 0)",),
    "fillna": ("fill(x, 0)",),
    "nan_to_num": ("fill(x, 0)",),
    "pi": ("3.141592653589793",),
    "newaxis": ("x[:, None]",),
}
"""For each word the code to write, the most likely first."""

STATEMENTS: Mapping[str, str] = {
    "print": "reveal x as result",
    "show": "reveal x as result",
    "display": "reveal x as result",
    "str": "reveal x as result",
    "format": "reveal x as result",
    "repr": "reveal x as result",
    "lower": "input t: table[user: key(casefold, strip)] from alice",
    "upper": "input t: table[user: key(casefold, strip)] from alice",
    "trim": "input t: table[user: key(casefold, strip)] from alice",
    "read_csv": "input t: table[user: key, amount: fixed] from alice",
    "read_parquet": "input t: table[user: key, amount: fixed] from alice",
    "load": "input x: fixed[n] from alice",
    "loadtxt": "input x: fixed[n] from alice",
    "rand": "input x: fixed[n] from alice",
    "randn": "input x: fixed[n] from alice",
    "randint": "input x: int[n] from alice",
    "random": "input x: fixed[n] from alice",
    "uniform": "input x: fixed[n] from alice",
}
"""The statement to write. Random numbers are an input like others."""

LOOPS: Mapping[str, str] = {
    "enumerate": "for i in range(len(x)):",
    "items": "for x, y in zip(X, Y):",
    "iterrows": "for x, y in zip(t.a, t.b):",
    "itertuples": "for x, y in zip(t.a, t.b):",
    "map": "for x in X:",
    "apply": "for x in X:",
}
"""The header of the loop to write."""

FUNCTIONS = frozenset(
    [
        "abs", "all", "any", "arange", "argmax", "argmin", "argsort", "bool", "ceil", "clip", "concat", "cos",
        "count", "cumsum", "date", "datetime", "drop", "ensure", "erf", "exp", "eye", "fill", "filter", "fixed",
        "flip", "floor", "full", "group", "int", "join", "lag", "len", "log", "matrix", "max", "mean", "median",
        "min", "missing", "one_hot", "ones", "permute", "quantile", "rank", "relu", "rename", "repeat",
        "reshape", "round", "row_number", "rows", "select", "shuffle", "sigmoid", "sign", "sin", "sort", "sqrt",
        "stack", "std", "sum", "table", "tanh", "topk", "transpose", "union", "var", "zeros",
    ]
)  # fmt: skip
"""The functions of the language, which people call as methods, or of a module. A test compares them with its table."""

MODULES = frozenset(["np", "numpy", "math", "torch", "tf", "jnp", "pd", "pandas", "statistics", "scipy", "random"])
"""Names under which people import functions that need no import here."""

_OF_A_SHAPE = frozenset(["reshape", "transpose"])
"""Functions that take in one tuple what methods take as several arguments."""


def remedy_of(word: str) -> str:
    """What to write instead of a word; empty if nothing is known."""
    if word in LOOPS or word in STATEMENTS:
        return f"write `{LOOPS.get(word) or STATEMENTS[word]}`"
    if word in MODULES:
        return f"functions need no import and no `{word}.`: write `sum(x)`"
    return f"write {' or '.join(f'`{code}`' for code in WRITE[word])}" if word in WRITE else ""


def remedy_of_method(word: str, receiver: str, arguments: Sequence[str]) -> str:
    """What to write instead of `receiver.word(arguments)`. All are texts of the program; a module's name is none."""
    of_module = receiver.split(".")[0] in MODULES
    if word not in FUNCTIONS:
        return remedy_of(word) or "call a function, the value in its parentheses: `sum(x)`"
    if word in _OF_A_SHAPE and not of_module and len(arguments) > 1:
        arguments = [f"({', '.join(arguments)})"]
    return f"write `{word}({', '.join(arguments if of_module else [receiver, *arguments])})`"
