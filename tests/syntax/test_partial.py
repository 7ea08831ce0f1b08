"""Trees of wrong texts: what can be read stays, what cannot is a `Broken`, and the messages are those of `parse`."""

import textwrap
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.source import Source
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.parser import Parsed, parse, parse_partially

from tests.syntax.shape import nodes, shape, written
from tests.syntax.texts import PROGRAMS, SOUPS, damaged


def partial(text: str) -> Parsed:
    return parse_partially(Source("t", "t", text))


def outline(statements: tuple[tree.Statement, ...], margin: str = "") -> Iterator[str]:
    """One line for each statement: its kind and header, or for a `Broken` what the line would bind."""
    for statement in statements:
        match statement:
            case tree.Broken(word=word, binds=binds, body=body):
                yield f"{margin}? {word} {' '.join(name.text for name in binds)}".rstrip()
                yield from outline(body, margin + "  ")
            case tree.If(then=then, otherwise=otherwise):
                yield margin + written(statement.header)
                yield from outline(then, margin + "  ")
                if otherwise:
                    yield margin + "else"
                    yield from outline(otherwise, margin + "  ")
            case tree.For(body=body) | tree.While(body=body) | tree.Function(body=body):
                yield margin + written(statement.header)
                yield from outline(body, margin + "  ")
            case _:
                yield margin + written(statement.span)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\ny = = 2\nz = 3\n", ["x = 1", "? y y", "z = 3"]),
        ("x = 1\nx.\nreveal x\n", ["x = 1", "? x", "reveal x"]),
        ("party alice\ninput x: fixed[n from alice\ny = x\n", ["party alice", "? input x", "y = x"]),
        ("a, b[0] = f(c=1\nd = 2\n", ["? a a b", "d = 2"]),
        ("x = f(1,\n  2, [3\n\ny = (1,\n  2)\n", ["? x x", "y = (1,\n  2)"]),
        ("for i in range(3:\n    a = i\nb = 2\n", ["? for i", "  a = i", "b = 2"]),
        ("for i in range(3):\n    a +=\n    b = i\n", ["for i in range(3):", "  ? a a", "  b = i"]),
        ("for i in range(3):\nb = 2\n", ["for i in range(3):", "  ?", "b = 2"]),
        ("if c:", ["if c:", "  ?"]),
        ("if c ==:\n  x\nelif d:\n  y\nelse:\n  z\n", ["? if", "  x", "  elif d:", "    y", "  else", "    z"]),
        ("if c:\n  x\nelif:\n  y\nelse:\n  z\n", ["if c:", "  x", "else", "  ? elif", "    y", "    z"]),
        ("if c:\n  x\nelif d:\n  y\nelse\n  z\n",
         ["if c:", "  x", "else", "  elif d:", "    y", "  else", "    ? else", "      z"]),
        ("x = 1\nelse: y = 2\nz = 3\n", ["x = 1", "? else y", "  y = 2", "z = 3"]),
        ("if c: x = 1\nelse: y = 2\nelse: z = 3\n", ["if c:", "  x = 1", "else", "  y = 2", "? else z", "  z = 3"]),
        ("def f(a, b:\n    return a\nf(1)\n", ["? def f", "f(1)"]),
        ("def f(a):\n    '''Words.'''\n    b = a $\n    return b\n", ["def f(a):", "  ? b b", "  return b"]),
        ("x = 1\n    y = 2\nz = 3\n", ["x = 1", "y = 2", "z = 3"]),
        ("if c:\n        x = 1\n    y = 2\nz = 3\n", ["if c:", "  x = 1", "  y = 2", "z = 3"]),
        ("if c:\n\tx = 1\nz = 3\n", ["if c:", "  x = 1", "z = 3"]),
        ("from ml import sgd as s, , relu\nx = 1\n", ["? from sgd s relu", "x = 1"]),
        ("reveal x + as y\nreveal x + as z to alice\n", ["? reveal y", "? reveal"]),
        ("1 = x\nf(x) = y = 2\nprint(x)\nz = 3\n", ["? 1", "? f", "print(x)", "z = 3"]),
        ("print(x)\nbreak\nz = 3\n", ["? print", "? break", "z = 3"]),
        ("x = 'a\ny = 2 ; z = 3\nw = 4\n", ["? x x", "? y y", "w = 4"]),
    ],
)  # fmt: skip
def test_what_can_be_read_stays(text: str, expected: list[str]) -> None:
    parsed = partial(text)
    assert parsed.diagnostics
    assert list(outline(parsed.module.body)) == expected


def test_docstrings_are_no_statements() -> None:
    module = partial('"""Words."""\nx = = 1\ndef f():\n    """More."""\n    return 1\n').module
    assert module.docstring == "Words."
    _, function = module.body
    assert isinstance(function, tree.Function)
    assert function.docstring == "More."
    assert written(function.span).startswith("def f():")
    assert written(function.span).endswith("return 1")


def test_blocks_in_too_many_blocks_are_left_out() -> None:
    lines = [f"{' ' * depth}if c:" for depth in range(5000)]
    parsed = partial("\n".join(["x = = 1", *lines, " " * 5000 + "y = 1", "z = 2"]))
    assert [type(statement) for statement in parsed.module.body] == [tree.Broken, tree.If, tree.Assign]


def test_a_sound_text_has_its_whole_tree() -> None:
    text = "if c:\n  x = 1\nelse:\n  x = 2\n"
    assert partial(text) == Parsed(parse(Source("t", "t", text)), ())


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.text(), SOUPS, damaged(PROGRAMS), damaged(damaged(PROGRAMS))))
def test_any_text_has_a_tree_and_the_messages_of_parse(text: str) -> None:
    parsed = partial(text)
    try:
        assert shape(parse(Source("t", "t", text))) == shape(parsed.module)
        assert not parsed.diagnostics
    except CompileError as error:
        assert parsed.diagnostics == error.diagnostics
    for node in nodes(parsed.module.body):
        assert (node.span.line, node.span.column) <= (node.span.end_line, node.span.end_column)


_WRONG = ["x = = 1", "f(a, [1", "x]", "for i in", "if x", "? ?", "def g(a", "'", "x.", "$", "input y: fixed["]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(PROGRAMS, st.sampled_from(_WRONG), st.randoms(use_true_random=False))
def test_one_wrong_line_costs_no_other_statement(text: str, wrong: str, random: st.DataObject) -> None:
    try:
        module = parse(Source("t", "t", text))
    except CompileError:
        assume(False)
    assume(module.body)
    lines = text.split("\n")
    place = random.randrange(len(module.body))  # type: ignore[attr-defined]
    lines.insert(module.body[place].span.line - 1, wrong)
    found = partial("\n".join(lines)).module.body
    assert any(isinstance(statement, tree.Broken) for statement in found)
    assert [shape(one) for one in found if not isinstance(one, tree.Broken)] == [shape(one) for one in module.body]


def test_an_open_bracket_takes_in_what_stands_in_its_block_only() -> None:
    text = textwrap.dedent(
        """\
        def f(a):
            b = g(a,
                  1
            return b
        c = f(2)
        """
    )
    assert list(outline(partial(text).module.body)) == ["def f(a):", "  ? b b", "  return b", "c = f(2)"]
