"""Whatever code a message of the compiler mentions exists: it compiles, or it is a word of the language.

The codes are all texts in backquotes in the compiler's own strings, problems and what was found apart.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tacit.compiler
import tacit.stdlib
from tacit.commands.cli import main
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.semantics.builtins.table import BUILT_INS
from tacit.compiler.semantics.type_names import ELEMENTS
from tacit.compiler.syntax import grammar
from tacit.compiler.syntax.foreign.words import LOOPS, STATEMENTS, WRITE

from tests.semantics.running import compiled

ROOT = Path(tacit.compiler.__path__[0])
NOT_PROPOSED = ("problem", "found")

HEAD = """\
input a: fixed[6, 6] from alice
input b: fixed[6, 6] from bob
input c: category["a", "b"][6] from bob
input d: datetime from alice
input i: int from bob
input n: int
input p: int[6] from alice
input q: bool from bob
input v: fixed[6] from bob
input x: fixed[6] from bob
input y: fixed from alice
input z: fixed[6] from alice
input limit: fixed from bob
input mask: bool[6] from alice
input condition: bool from alice
input l: table[column: key, mine: int8] from alice
input r: table[column: key, other: int8] from bob
input t: table[a: int32, b: int8, c: int8, x: int8, day: date, age: int8, city: int8, amount: fixed,
    list: int8[2]] from bob
axes = (1, 0)
lo = 0
hi = 1
weights = [1, 2, 3, 4, 5, 6]
"""
"""A program for all examples, in which each letter is what messages mean by it."""

OWN = {
    'k == "42"': 'result = l.column == "42"',
    "missing(k)": "input u: key? from alice\nresult = missing(u)",
    "... ... as name": "reveal sum(x) as name",
    "... as result": "reveal sum(x) as result",
    "....sum(x)": "result = sum(x)",
    ".......": "result = t.amount",
    ".......[0]": "result = t.amount[0]",
    ".T": "result = a.T",
    ".shape": "result = a.shape",
    "[a, b, ...]": "result = [a, b, a]",
    "and not": "result = q and not condition",
    "bool[...]": "input u: bool[m] from alice",
    "int[...]": "input u: int[m] from alice",
    "category[...]": 'input u: category["a", "b"] from alice',
    "filter(..., ...)": "result = filter(t, t.amount > 3)",
    "filter(t, mask)": "mask = t.amount > 3\nresult = filter(t, mask)",
    "from ... import ...": "from stats import trimmed_mean",
    "from ... import NAME, ...": "from stats import trimmed_mean, winsorized",
    "from MODULE import NAME, ...": "from stats import trimmed_mean, winsorized",
    "from each": "parties farmers\ninput u: int from each farmers",
    "input x: int from alice": "input u: int from alice",
    "rename(t, ..._2=...)": "result = rename(t, amount_2=amount)",
    "sum(x, where=c)": "result = sum(x, where=mask)",
    "transpose(x, axes)": "result = transpose(a, axes)",
    "g.s / g.n": "g = group(t, by=c, s=sum(x), n=count())\nresult = g.s / g.n",
    "g = group(t, by=c, s=sum(x), n=count())": "g = group(t, by=c, s=sum(x), n=count())",
    "a, b = t": "tt = (1, 2)\na, b = tt",
    "sum(sum(list, axis=1))": "g = group(t, by=city, s=sum(sum(list, axis=1)))",
    "t.date": "result = d.date",
    "one_hot(x, n)": "result = one_hot(i, 3)",
    "int(d)": "result = int(d)",
    "len(role)": "parties farmers\nresult = len(farmers)",
    "join(a, b, on=column)": "result = join(l, r, on=column)",
    "join(a, b, on=id)": "result = join(l, r, on=column)",
    "rename(t, ...=...)": "result = rename(t, cost=amount)",
    "t.... = t....": "t.cost = t.amount",
    "sort(t, by=column)": "result = sort(t, by=amount)",
    "x in t.column": "result = x in t.amount",
    "t.column": "result = t.amount",
    ".column": "result = t.amount",
    "save t": "save t",
    "int[n, 3]": "input u: int[m, 3] from alice",
    "int32[n, 3]": "input u: int32[m, 3] from alice",
    "int[n]": "input u: int[m] from alice",
    "int[0..9][n]": "input u: int[0..9][m] from alice",
    "order=t.day": "result = lag(t.amount, order=t.day)",
    "table(first=t.list[:, 0], ...)": "result = table(first=t.list[:, 0], second=t.list[:, 1])",
    "table(key=..., amount=t.amount)": "result = table(key=t.age, amount=t.amount)",
    'option missing = ["", "NA", "-999"]': 'option missing = ["", "NA", "-999"]',
    "batches(X[:n], y[:n], size=...)": "for u, w in batches(a[:2], x[:2], size=2):\n    result = u",
    "zip(x[:n], y[:n])": "for u, w in zip(x[:2], z[:2]):\n    result = u",
    "reveal done as stop": "reveal q as stop",
    "reveal ok as is_ok": "reveal q as is_ok",
    "reveal all(x <= limit) as ok": "reveal all(x <= limit) as ok",
    "range(n)": "for k in range(6):\n    result = k",
    "range(a, b)": "for k in range(2, 6):\n    result = k",
    "for i in range(n):": "for i in range(6):\n    result = i",
    "arange(n)": "result = arange(6)",
    "x[a:b]": "result = x[2:4]",
    "x = clip(x, -..., ...)": "x = clip(x, -5, 5)",
    "... = clip(..., -100, 100)": "x = clip(x, -100, 100)",
    "option ... = ...": "option fraction_bits = 12",
    "option fraction_bits = ...": "option fraction_bits = 12",
    "param ...: int = ...": "param k: int = 3",
    "reveal ... as ..._revealed": "reveal sum(x) as x_revealed",
    "reveal ... as ... to ...": "reveal sum(x) as total to alice",
    "...=(column, column)": "result = sort(t, by=(age, amount))",
    "... if ... else ...": "result = 1 if q else 2",
    "not ...": "result = not q",
    "t = table(x=...)": "t = table(x=x)",
    "t.list[:, 0]": "result = t.list[:, 0]",
    "from each ...": "parties farmers\ninput u: int from each farmers",
    "from each ROLE": "parties farmers\ninput u: int from each farmers",
    "input NAME: TYPE from ROLE": "input u: int from alice",
    "input ...: ... ...": "input u: int from alice",
    "from ...": "input u: int from alice",
    "to alice, bob": "reveal sum(x) as total to alice, bob",
    "to ...": "reveal sum(x) as total to alice",
    "as ...": "reveal sum(x) as total",
    "reveal ... to ROLE": "reveal x to alice",
    "elif ... ...:": "if n == 1:\n    result = 1\nelif n == 2:\n    result = 2",
    "for ... in ...:": "for k in x:\n    result = k",
    "for ... in range(...):": "for k in range(3):\n    result = k",
    "for a, b in zip(t.a, t.b):": "for a, b in zip(t.a, t.b):\n    result = a",
    "def ...():": "def f():\n    return 1",
    "def ...(...):": "def f(k):\n    return k",
    "... ...= 1": "i += 1",
    "...: ...": "def f(k: int):\n    return k",
    "... as ...: ...": 'input u: table["Order ID" as order: int] from alice',
    "... ...": "party carol",
    "party ...": "party carol",
    "parties ...": "parties farmers",
}
"""What is written for codes that stand for more than themselves."""

WORDS = {
    " or ", '"', '""', '"..."', "()", ", ", "-", "...", "... = ...", "...(...)", "....", "......", "...=",
    '...="..."', "...=...", "...=True", "...=column", "..._", "=", "?", "None", "T", "Z", "[...]", "\\",
    '\\"', "\\'", "\\\\", "\\n", "\\t", "\\uhhhh", "\\xhh", "_", "at_most=", "axis=", "by", "by=...",
    "casefold", "category", "digits", "fraction_bits", "guards", "hi", "key", "lo", "n", "name: type",
    "name=value", "on", "or", "p", "q", "strip", "where", "where=",
}  # fmt: skip
"""Parts of a line: names of arguments and of options, signs, and places for the program's own names."""

FOREIGN = {
    "!", "!==", "&&", "->", ":=", ";", "<>", "=...", "=<", "===", "=>", "else if", "int[0..9, n]",
    "int[n][3]", "is", "lambda", "print", "||",
}  # fmt: skip
"""What other languages have, and what is wrong with a line."""


def texts() -> Iterator[tuple[str, str]]:
    """Each string of the compiler that may stand in a message, with `...` for what is filled in, and its file."""
    for path in sorted(ROOT.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        nodes = list(ast.walk(module))
        left_out = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        left_out |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.keyword) and node.arg in NOT_PROPOSED:
                left_out |= {id(part) for part in ast.walk(node.value)}
        for node in nodes:
            if id(node) not in left_out and isinstance(node, ast.Constant | ast.JoinedStr):
                yield str(path.relative_to(ROOT)), _text(node)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    whole = "".join(
        part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "..." for part in parts
    )
    return re.sub(r"\{\w+\}", "...", whole)


PROPOSED = {code: path for path, text in texts() for code in re.findall(r"`([^`]+)`", text)}
OF_WORDS = {code for codes in WRITE.values() for code in codes} | {*STATEMENTS.values(), *LOOPS.values()}


def _compiles(code: str) -> bool:
    try:
        compiled(code, modules=MODULES)
    except CompileError:
        return False
    return True


def _is_line_of_the_language(code: str) -> bool:
    own = OWN.get(code)
    if own is not None:
        taken = re.match(r"option|input t\b", own)
        return _compiles(f"{own}\n" if taken else f"{HEAD}{own}\n")
    return any(
        _compiles(f"{HEAD}{form.format(code)}\n")
        for form in ("result = {}", "{}", "input u: {} from alice", "{}\n    k = 1")
    )


def _is_word(code: str) -> bool:
    bare = code.removesuffix("(...)")
    signs = {*grammar.signs().values(), *"+-*/<>", "<=", ">=", "==", "!=", "//", "%", "@"}
    return code in WORDS or bare in BUILT_INS or bare in ELEMENTS or code in signs


MODULES = {"stats": (Path(tacit.stdlib.__path__[0]) / "stats.mpc").read_text(encoding="utf-8")}
COMMANDS = {code for code in PROPOSED if code.startswith(("--", "tacit ")) or code.endswith(".mpc")}


@pytest.mark.parametrize("code", sorted(PROPOSED.keys() - OF_WORDS - COMMANDS))
def test_what_a_message_mentions_exists(code: str) -> None:
    assert code in FOREIGN or _is_word(code) or _is_line_of_the_language(code), PROPOSED[code]


def test_options_that_messages_mention_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--help"])
    told = capsys.readouterr().out
    options = {option for code in COMMANDS for option in re.findall(r"--\w+", code)}
    assert options
    assert [option for option in options if option not in told] == []


@pytest.mark.parametrize("code", sorted(FOREIGN))
def test_what_is_foreign_is_no_line_of_the_language(code: str) -> None:
    assert not _is_word(code)
    assert not any(_compiles(f"{HEAD}{form}\n") for form in (f"result = {code}", code, f"input u: {code} from alice"))


def test_no_code_is_listed_for_nothing() -> None:
    assert {*OWN, *WORDS, *FOREIGN} <= PROPOSED.keys()
