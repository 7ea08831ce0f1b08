"""Random texts: expressions mean what Python says, places are exact, and nothing but `CompileError` is raised."""

import ast
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.source import Source, Span
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.parser import parse

from tests.syntax.shape import nodes, written
from tests.syntax.texts import EXPRESSIONS, PROGRAMS, SOUPS, damaged

_SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.And: "and", ast.Or: "or", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def ours(node: Any, text: str) -> Any:
    """A node of ours as nested tuples, each with the text it was written as."""
    here = written(node.span)
    match node:
        case tree.Number() | tree.Boolean() | tree.Text():
            return ("constant", node.value, here)
        case tree.Reference():
            return ("name", node.name, here)
        case tree.Attribute():
            return ("attribute", ours(node.value, text), node.name.text, here)
        case tree.Index():
            # Python makes a tuple of several parts, so that `x[a, b]` and `x[(a, b)]` are one to it.
            parts = node.parts
            if len(parts) == 1 and isinstance(parts[0], tree.Tuple):
                parts = parts[0].elements
            return ("index", ours(node.value, text), tuple(ours(part, text) for part in parts), here)
        case tree.SliceSyntax():
            ends = (node.start, node.stop, node.step)
            return ("slice", tuple(None if end is None else ours(end, text) for end in ends), here)
        case tree.NewAxis():
            return ("constant", None, here)
        case tree.FullSlices():
            return ("constant", ..., here)
        case tree.Call():
            given = ((part.name.text if part.name else None, ours(part.value, text)) for part in node.arguments)
            return ("call", ours(node.function, text), tuple(given), here)
        case tree.Unary():
            return ("unary", node.operator, ours(node.operand, text), here)
        case tree.Binary(operator="and" | "or"):
            parts = [node.right]
            left: Any = node.left
            while isinstance(left, tree.Binary) and left.operator == node.operator and _is_bare(left.span, node.span):
                parts.append(left.right)
                left = left.left
            parts.append(left)
            return ("logic", node.operator, tuple(ours(part, text) for part in reversed(parts)), here)
        case tree.Binary():
            return ("binary", node.operator, ours(node.left, text), ours(node.right, text), here)
        case tree.Compare():
            return ("compare", node.operators, tuple(ours(part, text) for part in node.operands), here)
        case tree.Conditional():
            return ("if", *(ours(part, text) for part in (node.condition, node.then, node.otherwise)), here)
        case tree.Sequence() | tree.Tuple():
            kind = "list" if isinstance(node, tree.Sequence) else "tuple"
            return (kind, tuple(ours(part, text) for part in node.elements), here)
    raise AssertionError(node)


def _is_bare(left: Span, whole: Span) -> bool:
    """Whether a left operand stands without parentheses of its own: then it starts where the whole starts."""
    return (left.line, left.column) == (whole.line, whole.column)


def pythons(node: Any, text: str) -> Any:
    """A node of Python's in the same form."""
    here = ast.get_source_segment(text, node)
    match node:
        case ast.Constant():
            return ("constant", node.value, here)
        case ast.Name():
            return ("name", node.id, here)
        case ast.Attribute():
            return ("attribute", pythons(node.value, text), node.attr, here)
        case ast.Subscript():
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return ("index", pythons(node.value, text), tuple(pythons(part, text) for part in parts), here)
        case ast.Slice():
            ends = (node.lower, node.upper, node.step)
            return ("slice", tuple(None if end is None else pythons(end, text) for end in ends), here)
        case ast.Call():
            given = [(None, pythons(part, text)) for part in node.args]
            given += [(part.arg, pythons(part.value, text)) for part in node.keywords]
            return ("call", pythons(node.func, text), tuple(given), here)
        case ast.UnaryOp():
            return ("unary", _SIGNS[type(node.op)], pythons(node.operand, text), here)
        case ast.BoolOp():
            return ("logic", _SIGNS[type(node.op)], tuple(pythons(part, text) for part in node.values), here)
        case ast.BinOp():
            return ("binary", _SIGNS[type(node.op)], pythons(node.left, text), pythons(node.right, text), here)
        case ast.Compare():
            operands = (node.left, *node.comparators)
            signs = tuple(_SIGNS[type(sign)] for sign in node.ops)
            return ("compare", signs, tuple(pythons(part, text) for part in operands), here)
        case ast.IfExp():
            return ("if", *(pythons(part, text) for part in (node.test, node.body, node.orelse)), here)
        case ast.List() | ast.Tuple():
            kind = "list" if isinstance(node, ast.List) else "tuple"
            return (kind, tuple(pythons(part, text) for part in node.elts), here)
    raise AssertionError(node)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_expressions_mean_what_they_mean_to_python(text: str) -> None:
    wrapped = f"value = ({text})"
    try:
        expected = pythons(ast.parse(wrapped).body[0].value, wrapped)  # type: ignore[attr-defined]
    except SyntaxError:
        return
    statement = parse(Source("t", "t", wrapped)).body[0]
    assert isinstance(statement, tree.Assign)
    assert ours(statement.value, wrapped) == expected


@settings(max_examples=100, deadline=None, derandomize=True)
@given(PROGRAMS)
def test_parts_lie_within_wholes_and_in_order(text: str) -> None:
    try:
        module = parse(Source("t", "t", text))
    except CompileError:
        return
    for statement in module.body:
        for whole in nodes(statement):
            span = whole.span
            parts = [part for part in _direct(whole) if part.span != span]
            for part in parts:
                assert _start(span) <= _start(part.span) <= _end(part.span) <= _end(span)
            assert written(span) == written(span).strip()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.text(), SOUPS, damaged(PROGRAMS), damaged(damaged(PROGRAMS))))
def test_nothing_but_compile_errors_is_raised(text: str) -> None:
    try:
        parse(Source("t", "t", text))
    except CompileError as error:
        assert error.diagnostics
        lines = text.split("\n")
        for told in error.diagnostics:
            assert all((told.problem, told.expected, told.found, told.remedy))
            assert 1 <= told.span.line <= told.span.end_line <= len(lines)
            assert 1 <= told.span.column <= len(lines[told.span.line - 1]) + 1
            assert _start(told.span) <= _end(told.span)


def _direct(node: Any) -> list[Any]:
    return [part for name in node.__dataclass_fields__ for part in _nodes_in(getattr(node, name))]


def _nodes_in(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [part for item in value for part in _nodes_in(item)]
    return [value] if hasattr(value, "span") else []


def _start(span: Span) -> tuple[int, int]:
    return (span.line, span.column)


def _end(span: Span) -> tuple[int, int]:
    return (span.end_line, span.end_column)
