"""What messages propose in place of a foreign word exists: it parses, and its functions are the language's."""

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.semantics.builtins.table import BUILT_INS
from tacit.compiler.source import Source
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.foreign import LOOPS, METHODS, WRITE, remedy_of
from tacit.compiler.syntax.parser import parse

from tests.semantics.running import compiled
from tests.syntax.shape import nodes

CODES = sorted({code for codes in WRITE.values() for code in codes})
HEAD = """\
input c: bool[6] from alice
input a: fixed[6] from alice
input b: fixed[6] from bob
input x: fixed[6] from bob
input y: fixed[6] from alice
input w: fixed[6] from alice
input t: table[amount: int32, city: int8] from alice
input l: table[id: key, m: int8] from alice
input r: table[id: key, k: int8] from bob
"""


@pytest.mark.parametrize("code", CODES)
def test_a_proposal_works(code: str) -> None:
    """Where a letter stands for another kind of value than elsewhere, it is declared so."""
    head = HEAD
    for word, kind in (("join", None), ("one_hot", "int8[6]"), ("eye", "fixed[6, 6]"), ("axis=1", "fixed[6, 6]")):
        if word in code and kind is not None and "x[:, None]" not in code:
            head = "".join(
                f"input {line[6]}: {kind} from alice\n" if line[6:8] in ("x:", "a:", "b:") else f"{line}\n"
                for line in head.splitlines()
            )
    if "stack(" in code:
        head = HEAD
    if code.startswith("join"):
        code = code.replace("a, b", "l, r")
    compiled(head + f"result = {code}\n")


@pytest.mark.parametrize("word", [*WRITE, *LOOPS])
def test_a_foreign_word_is_no_word_of_the_language(word: str) -> None:
    assert word not in BUILT_INS
    assert remedy_of(word)


@pytest.mark.parametrize("header", LOOPS.values())
def test_the_header_of_a_loop_parses(header: str) -> None:
    module = parse(Source("a", "a", f"{header}\n    s = 1\n"))
    called = {node.function.name for node in nodes(module.body) if isinstance(node, tree.Call)}
    assert called <= set(BUILT_INS)


def test_methods_are_functions() -> None:
    assert set(BUILT_INS) >= METHODS


MISTAKES = {
    "z = where(c, a, b)": "write `select(c, a, b)`",
    "z = a.dot(b)": "write `x @ y` or `sum(x * y)`",
    "z = np.sum(a)": "write `sum(x)`, the value in the parentheses, without `np.`",
    "z = a.sum()": "write `sum(x)`, the value in the parentheses, without a point",
    "z = a.frobnicate()": "call a function, the value in its parentheses: `sum(x)`",
    "z = float(a)": "write `fixed(x)`",
    "for i, v in enumerate(a):\n    z = v": "write `for i in range(len(x)):`",
    "z = summ(a)": "did you mean `sum`?",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_foreign_word_is_answered(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        compiled(HEAD + text + "\n")
    assert MISTAKES[text] in str(caught.value)
