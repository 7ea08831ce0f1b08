"""What each kind of line becomes, and where it says it stands."""

from pathlib import Path
from typing import Any

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.source import Source
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.parser import parse
from tacit.compiler.syntax.reading import read_source
from tacit.compiler.syntax.strings import unquote

from tests.syntax.shape import shape, written


def module(text: str) -> tree.Module:
    return parse(Source("t", "t", text))


def body(text: str) -> Any:
    return shape(module(text).body)


def name(text: str) -> Any:
    return ("Name", text)


def reference(text: str) -> Any:
    return ("Reference", text)


def number(value: int) -> Any:
    return ("Number", value, str(value))


def plain(text: str, *dimensions: Any, optional: bool = False) -> Any:
    return ("TypeSyntax", text, dimensions, (), (), (), None, optional)


X, Y = reference("x"), reference("y")

LINES = {
    "party alice": ("Party", name("alice"), False),
    "parties farmers": ("Party", name("farmers"), True),
    "input x: int from alice": ("Input", name("x"), plain("int"), name("alice"), False, False),
    "input x: fixed from each farmers": ("Input", name("x"), plain("fixed"), name("farmers"), True, False),
    "input x: fixed from shares": ("Input", name("x"), plain("fixed"), None, False, True),
    "input x: fixed": ("Input", name("x"), plain("fixed"), None, False, False),
    "input x: fixed? from alice": ("Input", name("x"), plain("fixed", optional=True), name("alice"), False, False),
    "input x: int?[n]": ("Input", name("x"), plain("int", reference("n"), optional=True), None, False, False),
    "input x: int[n]?": ("Input", name("x"), plain("int", reference("n"), optional=True), None, False, False),
    "input x: int[n, 3]": ("Input", name("x"), plain("int", reference("n"), number(3)), None, False, False),
    "input x: key(strip, digits,)[n]": (
        "Input", name("x"),
        ("TypeSyntax", "key", (reference("n"),), (), (), (name("strip"), name("digits")), None, False),
        None, False, False,
    ),
    "input x: table[a: fixed = y]": (
        "Input", name("x"),
        ("TypeSyntax", "table", (), (), (("ColumnSyntax", name("a"), "a", plain("fixed"), Y),), (), None, False),
        None, False, False,
    ),
    "input x: int[0..9][n]": (
        "Input", name("x"),
        ("TypeSyntax", "int", (reference("n"),), (), (), (), ("BoundsSyntax", number(0), number(9)), False),
        None, False, False,
    ),
    "input x: int?[0..9][n]": (
        "Input", name("x"),
        ("TypeSyntax", "int", (reference("n"),), (), (), (), ("BoundsSyntax", number(0), number(9)), True),
        None, False, False,
    ),
    "param k: int": ("Param", name("k"), plain("int"), None),
    "param k: fixed = 18": ("Param", name("k"), plain("fixed"), number(18)),
    "option fraction_bits = 18": ("Option", name("fraction_bits"), number(18)),
    "from ml import sgd, sigmoid as s": (
        "Import", name("ml"), ((name("sgd"), name("sgd")), (name("sigmoid"), name("s"))),
    ),
    "from ml import (sgd,)": ("Import", name("ml"), ((name("sgd"), name("sgd")),)),
    "x = y": ("Assign", X, Y),
    "x[0] = y": ("Assign", ("Index", X, (number(0),)), Y),
    "x, y = y, x": ("Assign", ("Tuple", (X, Y)), ("Tuple", (Y, X))),
    "x //= y": ("AugmentedAssign", X, "//", Y),
    "reveal x": ("Reveal", X, None, ()),
    "reveal x as z to a, b": ("Reveal", X, name("z"), (name("a"), name("b"))),
    "save x": ("Save", X, None),
    "save x as z": ("Save", X, name("z")),
    'assert x, "why"': ("Assert", X, ("Text", "why")),
    "assert x": ("Assert", X, None),
    "return": ("Return", None),
    "return x, y": ("Return", ("Tuple", (X, Y))),
    "f(x, a=y)": (
        "Evaluate", ("Call", reference("f"), (("Argument", None, X), ("Argument", name("a"), Y))),
    ),
    "if x: y = x": ("If", X, (("Assign", Y, X),), ()),
    "while x: y = x": ("While", X, (("Assign", Y, X),)),
    "for x, y in z: f = x": (
        "For", ("Tuple", (X, Y)), reference("z"), (("Assign", reference("f"), X),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_line_becomes_its_node(text: str) -> None:
    statement = module(f"\n{text}  # comment\n").body[0]
    assert shape(statement) == LINES[text]
    assert written(statement.span) == text


def test_types() -> None:
    (declared,) = module('input t: table[a: key, b: int32[4], c: category["x", "y"][n], d: int[len(f)]]').body
    assert isinstance(declared, tree.Input)
    columns = [shape(column) for column in declared.type.columns]
    assert columns[0] == ("ColumnSyntax", name("a"), "a", plain("key"), None)
    assert columns[1] == ("ColumnSyntax", name("b"), "b", plain("int32", number(4)), None)
    labels = (("Text", "x"), ("Text", "y"))
    assert columns[2] == (
        "ColumnSyntax",
        name("c"),
        "c",
        ("TypeSyntax", "category", (reference("n"),), labels, (), (), None, False),
        None,
    )
    size = ("Call", reference("len"), (("Argument", None, reference("f")),))
    assert columns[3] == ("ColumnSyntax", name("d"), "d", plain("int", size), None)


def test_columns_have_a_name_in_the_data_and_one_in_the_program() -> None:
    columns = '"Order ID" as order_id: key, "from" as sender: key = "", "v": int, e\u0301: int, "e\u0301": int'
    (declared,) = module(f"input t: table[{columns}]").body
    assert isinstance(declared, tree.Input)
    assert [(column.name.text, column.heading) for column in declared.type.columns] == [
        ("order_id", "Order ID"), ("sender", "from"), ("v", "v"), ("\xe9", "\xe9"), ("\xe9", "\xe9"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "remedy"),
    [
        ('"Order ID": key', 'write `"Order ID" as order_id: ...`'),
        ('"from": key', 'write `"from" as from_: ...`'),
        ('"2024": key', 'write `"2024" as column_2024: ...`'),
        ('"%": key', 'write `"%" as column: ...`'),
        ('"a\\"b": key', 'write `"a\\"b" as a_b: ...`'),
        ('"a" "b" as c: key', "write the comma, or one text"),
        ("from: key", 'write `"from" as from_: ...`, and `from_` for the column in the program'),
        ("a: key, as: key", 'write `"as" as as_: ...`, and `as_` for the column in the program'),
        ("Order ID: key", 'write `"Order ID" as order_id: ...`, and `order_id` for the column in the program'),
        ("The  ID no: key", 'write `"The  ID no" as the_id_no: ...`, and `the_id_no` for the column in the program'),
        ("v (in EUR): fixed", 'write `"v (in EUR)" as v_in_eur: ...`, and `v_in_eur` for the column in the program'),
        ("not: key", 'write `"not" as not_: ...`, and `not_` for the column in the program'),
    ],
)
def test_a_column_without_a_name_is_told_what_to_write(columns: str, remedy: str) -> None:
    with pytest.raises(CompileError) as caught:
        module(f"input t: table[{columns}] from p")
    assert [told.remedy for told in caught.value.diagnostics] == [remedy]


def test_a_name_is_the_same_in_both_of_unicodes_forms() -> None:
    assert body("cafe\u0301e\u03012 = if\u0301 + x") == body("caf\xe9\xe92 = if\u0301 + x")
    assert body("\u0939\u093f\u0928\u094d\u0926\u0940 = 1") == (
        ("Assign", reference("\u0939\u093f\u0928\u094d\u0926\u0940"), number(1)),
    )


def test_function() -> None:
    text = 'def f(x, y: int[n] = 3, *,):\n    """Adds.\n\n    Twice.\n    """\n    return x'
    (function,) = module(text.replace("*,", "")).body
    assert isinstance(function, tree.Function)
    assert function.docstring == "Adds.\n\nTwice."
    assert shape(function.parameters) == (
        ("Parameter", name("x"), None, None),
        ("Parameter", name("y"), plain("int", reference("n")), number(3)),
    )
    assert written(function.header) == "def f(x, y: int[n] = 3, ):"
    assert len(function.body) == 1


def test_elif_is_an_if_alone_in_otherwise() -> None:
    (outer,) = module("if x:\n  y = 1\nelif y:\n  y = 2\nelse:\n  y = 3\n").body
    assert isinstance(outer, tree.If)
    (inner,) = outer.otherwise
    assert isinstance(inner, tree.If)
    assert len(inner.otherwise) == 1
    assert written(inner.span) == "elif y:\n  y = 2\nelse:\n  y = 3"
    assert (written(outer.header), written(inner.header)) == ("if x:", "elif y:")


def test_blocks_follow_indentation() -> None:
    nested = body("if x:\n    if y:\n        z = 1\n\n  # comment\n    z = 2\nz = 3\n")
    (first, second) = nested
    assert [part[0] for part in first[2]] == ["If", "Assign"]
    assert second == ("Assign", reference("z"), number(3))


def test_lines_are_joined_inside_brackets_and_by_backslashes() -> None:
    assert body("x = [1,  # one\n# two\n2\n]\n") == body("x = [1, 2]")
    assert body("x = 1 + \\\n  2") == body("x = 1 + 2")
    assert body("x = 1\r\ny = 2\r\n") == body("x = 1\ny = 2")


def test_docstring_comes_first_and_is_no_statement() -> None:
    assert module('"""What it does."""\nx = 1').docstring == "What it does."
    assert len(module('"""What it does."""\nx = 1').body) == 1
    assert module("x = 1").docstring == ""


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "  \n\t\n"])
def test_an_empty_file_is_a_program(text: str) -> None:
    assert module(text).body == ()


@pytest.mark.parametrize(
    ("literal", "said"),
    [('"a"', "a"), ("'a'", "a"), ('"""a"b"""', 'a"b'), (r'"\n\t\\\x41\u00e9"', "\n\t\\Aé"), ('"a\\\nb"', "ab")],
)
def test_string_literals(literal: str, said: str) -> None:
    assert unquote(literal) == (said, "")


def test_a_name_is_normalised_as_in_python() -> None:
    assert body("ﬁ = 1") == body("fi = 1")


def test_print_may_be_a_function_of_the_program() -> None:
    assert len(module("def print(x):\n    return x\nprint(1)\n").body) == 2
    with pytest.raises(CompileError, match="there is no `print`"):
        module("print(1)\n")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "program.mpc"
    path.write_bytes(b"\xef\xbb\xbfparty alice\n")
    source = read_source(path)
    assert (source.name, source.text) == ("program.mpc", "party alice\n")
