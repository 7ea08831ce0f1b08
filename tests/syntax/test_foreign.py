"""Words of Python, NumPy and SQL: each works, or is answered by exactly what to write, which then compiles."""

import re

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.semantics.builtins.table import BUILT_INS
from tacit.compiler.syntax.foreign.words import FUNCTIONS, LOOPS, MODULES, STATEMENTS, WRITE, remedy_of

from tests.semantics.running import compiled

CODES = sorted({code for codes in WRITE.values() for code in codes})
ONLY_IN_HEADERS = {"range", "zip", "batches"}
INPUTS = {
    "c": "bool[6] from alice",
    "q": "bool from alice",
    "a": "fixed[6] from alice",
    "b": "fixed[6] from bob",
    "x": "fixed[6] from bob",
    "y": "fixed[6] from alice",
    "w": "fixed[6] from alice",
    "lo": "fixed",
    "hi": "fixed",
    "t": "table[amount: int32, city: int8] from alice",
    "l": "table[id: key, m: int8] from alice",
    "r": "table[id: key, k: int8] from bob",
}
OTHER_KINDS = {
    "one_hot": {"x": "int8[6] from alice"},
    "eye": {"x": "fixed[6, 6] from alice"},
    "axis=1": {"a": "fixed[6, 6] from alice", "b": "fixed[6, 6] from bob", "x": "int[6, 6] from alice"},
    "[:, 0]": {"x": "fixed[6, 6] from alice"},
    "x % 3": {"x": "int[6] from bob"},
    "a ^ b": {"a": "bool[6] from alice", "b": "bool[6] from bob"},
    " and ": {"a": "bool[6] from alice", "b": "bool[6] from bob"},
    " or ": {"a": "bool[6] from alice", "b": "bool[6] from bob"},
    "not a": {"a": "bool[6] from alice"},
    "missing(x)": {"x": "fixed?[6] from alice"},
    "fill(x": {"x": "fixed?[6] from alice"},
    "missing(t": {"t": "table[amount: int32?, city: int8] from alice"},
    "lo <=": {"a": "fixed from alice"},
    "lag(": {"x": "int32[6] from alice", "y": "int32[6] from bob"},
}
"""Where a letter stands for another kind of value than elsewhere."""


def head(code: str = "") -> str:
    inputs = dict(INPUTS)
    for part, kinds in OTHER_KINDS.items():
        if part in code and not ("stack(" in code and part == "axis=1"):
            inputs |= kinds
    return "".join(f"input {name}: {kind}\n" for name, kind in inputs.items())


@pytest.mark.parametrize("code", CODES)
def test_an_expression_that_is_proposed_compiles(code: str) -> None:
    written = code.replace("join(a, b", "join(l, r")
    compiled(f"{head(code)}result = {written}\n")


@pytest.mark.parametrize("code", sorted(set(STATEMENTS.values())))
def test_a_statement_that_is_proposed_compiles(code: str) -> None:
    taken = re.match(r"input (\w+):", code)
    lines = head().splitlines(keepends=True)
    compiled("".join(line for line in lines if taken is None or not line.startswith(taken[0])) + code + "\n")


@pytest.mark.parametrize("header", sorted(set(LOOPS.values())))
def test_a_header_that_is_proposed_compiles(header: str) -> None:
    written = header.replace("zip(X, Y)", "zip(a, b)").replace("X:", "a:").replace("t.a, t.b", "t.amount, t.city")
    compiled(f"{head()}{written}\n    s = 1\n")


@pytest.mark.parametrize("word", [*WRITE, *LOOPS, *STATEMENTS, *sorted(MODULES)])
def test_a_foreign_word_is_no_word_of_the_language(word: str) -> None:
    assert word not in BUILT_INS
    assert remedy_of(word)


def test_all_functions_are_known_as_methods() -> None:
    assert set(BUILT_INS) - ONLY_IN_HEADERS == FUNCTIONS


ANSWERED = {
    "z = where(c, a, b)": "write `select(c, a, b)`",
    "z = np.where(c, a, b)": "write `select(c, a, b)`",
    "z = minimum(a, b)": "write `min(a, b)`",
    "z = maximum(a, b)": "write `max(a, b)`",
    "z = avg(a)": "write `mean(x)`",
    "z = power(a, 2)": "write `x ** 2` or `exp(y * log(x))`",
    "z = a.dot(b)": "write `x @ y` or `sum(x * y)`",
    "z = np.dot(a, b)": "write `x @ y` or `sum(x * y)`",
    "z = np.sum(a * b)": "write `sum(a * b)`",
    "z = a.sum()": "write `sum(a)`",
    "z = t.amount.mean()": "write `mean(t.amount)`",
    "z = a.reshape(2, 3)": "write `reshape(a, (2, 3))`",
    "z = a.round(2)": "write `round(a, 2)`",
    "z = math.sqrt(a)": "write `sqrt(a)`",
    "z = a.size": "write `len(x)`",
    "z = a.sum": "write `sum(a)`",
    "z = math.pi": "write `3.141592653589793`",
    "z = np": "functions need no import and no `np.`: write `sum(x)`",
    "z = np.float64": "functions need no import and no `np.`: write `sum(x)`",
    "z = a.frobnicate()": "call a function, the value in its parentheses: `sum(x)`",
    "z = a.frobnicate": "use one of these",
    "z = float(a)": "write `fixed(x)`",
    'z = df.groupby("city")': "write `group(t, by=city, total=sum(amount))`",
    'z = t["amount"]': "write `t.amount`",
    "z = t[t.amount > 3]": "write `filter(t, t.amount > 3)`",
    'z = t[["amount", "city"]]': "name the columns: `table(a=t.a, b=t.b)`",
    "z = t[0]": "take a column first, `t.amount[0]`, or sort with `sort(t, by=column)`",
    "for i, v in enumerate(a):\n    z = v": "write `for i in range(len(x)):`",
    "z = summ(a)": "did you mean `sum`?",
    "z = c && c": "write `and`",
    "z = !q": "write `not`, or `!=` to compare",
    "z = true": "write `True`",
    "z = null": "write `missing(x)` or `fill(x, 0)`",
    "z = None": "`missing(x)` asks what is missing, `fill(x, 0)` replaces it",
    "z = a is None": "write `missing(x)`, or `not missing(x)`",
    "z = a == None": "write `missing(x)`, or `not missing(x)`",
    "z = lambda v: v": "define the function with `def`",
    "z = [v * 2 for v in a]": "work on whole arrays: `z * 2`, `sum(z * z)`, `any(z > 3)`",
    'z = f"{a}"': "remove the `f`; texts are constants, and `reveal x as result` shows a value",
    "print(a)": "write `reveal a`",
    "print(sum(a))": "write `reveal sum(a) as result`",
    'print("sum", a)': "write `reveal x as result`",
    "z = print(a)": "write `reveal x as result`",
    "import numpy as np": "leave the line out, and write `sum(x)` for `numpy.sum(x)`",
    "from math import sqrt": "functions need no import: leave the line out",
    "SELECT sum(amount) FROM t": "write `filter(t, t.amount > 3)`, `group(t, by=city, total=sum(amount))`",
    "z = count(*)": "write `count(t)` for the rows of a table",
    "z = sum(a where c)": "write `sum(x, where=c)`, the condition after `where=`",
    'z = input("a")': "write `input x: int from alice` on a line of its own",
}


@pytest.mark.parametrize("text", ANSWERED)
def test_a_foreign_line_is_answered(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(head() + text + "\n")
    assert ANSWERED[text] in str(caught.value)


WORKS = [
    "z = abs(a) ** 2", "z = len(t)", "z = a.shape", "z = a.T", "z = ceil(a)", "z = round(a, 2)", "z = a if q else b",
    "z = (a, b)", "z = a[::2]", "z = c and not c or c", "z = a in [1, 2]", "z = [0] * 4 + [1]", "a += 1", "z = a[-1]",
    "if q:\n    z = 1\nelif c[0]:\n    z = 2\nelse:\n    z = 3",
]  # fmt: skip


@pytest.mark.parametrize("text", WORKS)
def test_a_line_of_python_that_works(text: str) -> None:
    compiled(head() + text + "\n")
