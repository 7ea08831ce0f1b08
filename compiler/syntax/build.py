"""From Lark's parse tree to ours. In: the parse tree of a file or a line. Out: nodes of `tree`, and mistakes.

`Builder` has one method for each rule of the grammar. The method gets the node's span and the nodes built below it.
"""

import inspect
import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from lark import Token, Tree

from ..diagnostics import Diagnostic
from ..source import Source, Span
from . import messages, tree
from .strings import unquote
from .words import is_name, span_of

_LONGEST_NUMBER = 400  # characters: far beyond any number that fits, and short enough for Python's own limit
_DEEPEST = 100  # so that no later stage runs out of stack


def build(source: Source, parsed: Tree) -> tuple[Any, list[Diagnostic]]:
    """The node for a parse tree, and the mistakes that the grammar does not see. No recursion at any depth."""
    builder = Builder(source)
    built: dict[int, Any] = {}
    depths: dict[int, int] = {}
    for part in parsed.iter_subtrees():
        below = [id(child) for child in part.children if isinstance(child, Tree)]
        depth = depths[id(part)] = 1 + max((depths[child] for child in below), default=0)
        span = _span(source, part)
        if depth == _DEEPEST + 1:
            builder.found.append(messages.too_deep(span))
        children = [built[id(child)] if isinstance(child, Tree) else child for child in part.children]
        method: Callable[[Span, list[Any]], Any] = getattr(builder, f"on_{part.data}")
        built[id(part)] = method(span, children)
    return built[id(parsed)], builder.found


def _span(source: Source, part: Tree) -> Span:
    meta = part.meta
    if meta.empty:
        return Span(source, 1, 1, 1, 1)
    return Span(source, meta.line, meta.column, meta.end_line, meta.end_column)


class Builder:
    """Methods named after the grammar's rules. `found` collects mistakes that the grammar cannot express."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self._functions: set[str] = set()
        self._prints: list[tree.Call] = []
        self._joined: set[Span] = set()

    # --- files and lines

    def on_module(self, span: Span, children: list[tree.Statement]) -> tree.Module:
        docstring, body = without_docstring(children)
        self.found += [] if "print" in self._functions else map(messages.print_call, self._prints)
        return tree.Module(self.source, docstring, body)

    def on_line(self, span: Span, children: list[Any]) -> tuple[Any, tree.Statement | None]:
        """The header of a block, if the line has one, and the statement on the line, if there is one."""
        header = children[0] if isinstance(children[0], tuple | Span) else None
        return header, None if children[-1] is header else children[-1]

    def on_block(self, span: Span, children: list[tree.Statement]) -> list[tree.Statement]:
        return children

    # --- declarations

    def on_party(self, span: Span, children: list[Token]) -> tree.Party:
        return tree.Party(self._name(children[0]), False, span)

    def on_parties(self, span: Span, children: list[Token]) -> tree.Party:
        return tree.Party(self._name(children[0]), True, span)

    def on_input(self, span: Span, children: list[Any]) -> tree.Input:
        name, written, origin = children
        role, each, from_shares = origin or (None, False, False)
        return tree.Input(self._name(name), written, role, each, from_shares, span)

    def on_from_role(self, span: Span, children: list[Token]) -> tuple[tree.Name | None, bool, bool]:
        return self._name(children[0]), False, False

    def on_from_each(self, span: Span, children: list[Token]) -> tuple[tree.Name | None, bool, bool]:
        return self._name(children[0]), True, False

    def on_from_shares(self, span: Span, children: list[Token]) -> tuple[tree.Name | None, bool, bool]:
        return None, False, True

    def on_param(self, span: Span, children: list[Any]) -> tree.Param:
        return tree.Param(self._name(children[0]), children[1], children[2], span)

    def on_option(self, span: Span, children: list[Any]) -> tree.Option:
        return tree.Option(self._name(children[0]), children[1], span)

    def on_import(self, span: Span, children: list[Any]) -> tree.Import:
        names = tuple(child for child in children[1:] if child is not None)
        return tree.Import(self._name(children[0]), names, span)

    def on_import_name(self, span: Span, children: list[Token | None]) -> tuple[tree.Name, tree.Name]:
        name = self._name(children[0])
        local = name if children[1] is None else self._name(children[1])
        self._functions.add(local.text)
        return name, local

    # --- types

    def on_type(self, span: Span, children: list[Any]) -> tree.TypeSyntax:
        word, steps = self._name(children[0]).text, children[1] or ()
        bounds, brackets = self._bounds([child for child in children[2:] if not isinstance(child, Token)])
        first: Sequence[Any] = brackets[0] if brackets else ()
        dimensions: Sequence[Any] = first
        labels: tuple[tree.Text, ...] = ()
        columns: tuple[tree.ColumnSyntax, ...] = ()
        allowed = 1
        if word == "category":
            labels, dimensions, allowed = self._labels(span, first), brackets[1] if len(brackets) > 1 else (), 2
        elif word == "table":
            columns, dimensions = self._columns(span, first), ()
        if len(brackets) > allowed:
            self.found.append(messages.too_many_brackets(span, word))
        marks = [span_of(self.source, child) for child in children[2:] if isinstance(child, Token)]
        if word == "table":
            self.found += [messages.optional_table(mark) for mark in marks]
        self.found += [messages.second_mark(mark) for mark in marks[1:]]
        return tree.TypeSyntax(word, span, self._dimensions(dimensions), labels, columns, steps, bounds, bool(marks))

    def _bounds(self, brackets: Sequence[Sequence[Any]]) -> tuple[tree.BoundsSyntax | None, list[Sequence[Any]]]:
        """The bounds in a type's brackets, and the other brackets."""
        found = [part for parts in brackets for part in parts if isinstance(part, tree.BoundsSyntax)]
        alone = [parts for parts in brackets if len(parts) == 1 and parts[0] in found]
        if len(found) != len(alone):
            self.found += [messages.bounds_with_others(part) for part in found if [part] not in alone]
        self.found += [messages.bounds_again(part) for part in found[1:]]
        others: list[Sequence[Any]] = [
            [part for part in parts if part not in found] for parts in brackets if parts not in alone
        ]
        return (found[0] if found else None), others

    def on_type_steps(self, span: Span, children: list[Token]) -> tuple[tree.Name, ...]:
        return tuple(self._name(child) for child in children if child is not None)

    def on_type_bracket(self, span: Span, children: list[Any]) -> list[Any]:
        return [child for child in children if child is not None]

    def on_bounds(self, span: Span, children: list[Any]) -> tree.BoundsSyntax:
        return tree.BoundsSyntax(children[0], children[2], span)

    def on_column(self, span: Span, children: list[Any]) -> tree.ColumnSyntax:
        heading = unicodedata.normalize("NFC", str(children[0]))
        return tree.ColumnSyntax(self._name(children[0]), heading, children[1], children[2], span)

    def on_quoted_column(self, span: Span, children: list[Any]) -> tree.ColumnSyntax:
        quoted, token, type, default = children
        self.found += [messages.joined_headings(quoted.span)] if quoted.span in self._joined else []
        name = self._optional_name(token) or tree.Name(unicodedata.normalize("NFKC", quoted.value), quoted.span)
        self.found += [] if is_name(name.text) else [messages.unnamed_column(quoted)]
        return tree.ColumnSyntax(name, unicodedata.normalize("NFC", quoted.value), type, default, span)

    def _labels(self, span: Span, parts: Sequence[Any]) -> tuple[tree.Text, ...]:
        self.found += [messages.not_a_label(part) for part in parts if not isinstance(part, tree.Text)]
        self.found += [messages.joined_labels(part.span) for part in parts if part.span in self._joined]
        self.found += [] if parts else [messages.no_labels(span)]
        return tuple(part for part in parts if isinstance(part, tree.Text))

    def _columns(self, span: Span, parts: Sequence[Any]) -> tuple[tree.ColumnSyntax, ...]:
        self.found += [messages.not_a_column(part) for part in parts if not isinstance(part, tree.ColumnSyntax)]
        self.found += [] if parts else [messages.no_columns(span)]
        return tuple(part for part in parts if isinstance(part, tree.ColumnSyntax))

    def _dimensions(self, parts: Sequence[Any]) -> tuple[tree.Expression, ...]:
        self.found += [messages.not_a_dimension(part) for part in parts if not _is_dimension(part)]
        return tuple(part for part in parts if _is_dimension(part))

    # --- statements

    def on_assign(self, span: Span, children: list[Any]) -> tree.Assign:
        target, value = children
        self._check_target(target)
        return tree.Assign(target, value, span)

    def on_augmented_assign(self, span: Span, children: list[Any]) -> tree.AugmentedAssign:
        target, sign, value = children
        if isinstance(target, tree.Tuple):
            self.found.append(messages.augmented_tuple(target.span, str(sign)))
        else:
            self._check_target(target)
        return tree.AugmentedAssign(target, str(sign)[:-1], value, span, span_of(self.source, sign))

    def on_reveal(self, span: Span, children: list[Any]) -> tree.Reveal:
        value, name, roles = children
        return tree.Reveal(value, self._optional_name(name), roles or (), span)

    def on_roles(self, span: Span, children: list[Token]) -> tuple[tree.Name, ...]:
        return tuple(self._name(child) for child in children)

    def on_save(self, span: Span, children: list[Any]) -> tree.Save:
        return tree.Save(children[0], self._optional_name(children[1]), span)

    def on_assert(self, span: Span, children: list[Any]) -> tree.Assert:
        return tree.Assert(children[0], children[1], span)

    def on_return(self, span: Span, children: list[Any]) -> tree.Return:
        return tree.Return(children[0], span)

    def on_evaluate(self, span: Span, children: list[Any]) -> tree.Evaluate:
        value = children[0]
        if isinstance(value, tree.Reference) and value.name in messages.PYTHON_STATEMENTS:
            self.found.append(messages.python_word(value.span, value.name))
        if isinstance(value, tree.Call) and value.function.name == "print":
            self._prints.append(value)
        return tree.Evaluate(value, span)

    def on_if_statement(self, span: Span, children: list[Any]) -> tree.If:
        (header, condition), then, otherwise = children
        return tree.If(condition, tuple(then), otherwise or (), span, header)

    def on_elif_statement(self, span: Span, children: list[Any]) -> tuple[tree.Statement, ...]:
        return (self.on_if_statement(span, children),)

    def on_else_statement(self, span: Span, children: list[Any]) -> tuple[tree.Statement, ...]:
        return tuple(children[1])

    def on_for_statement(self, span: Span, children: list[Any]) -> tree.For:
        (header, target, iterable), body = children
        return tree.For(target, iterable, tuple(body), span, header)

    def on_while_statement(self, span: Span, children: list[Any]) -> tree.While:
        (header, condition), body = children
        return tree.While(condition, tuple(body), span, header)

    def on_function(self, span: Span, children: list[Any]) -> tree.Function:
        (header, name, parameters), statements = children
        docstring, body = without_docstring(statements)
        return tree.Function(name, parameters, body, docstring, span, header)

    def on_if_header(self, span: Span, children: list[Any]) -> tuple[Span, Any]:
        return span, children[0]

    on_elif_header = on_if_header
    on_while_header = on_if_header

    def on_else_header(self, span: Span, children: list[Any]) -> Span:
        return span

    def on_for_header(self, span: Span, children: list[Any]) -> tuple[Span, Any, Any]:
        self._check_target(children[0])
        return span, children[0], children[1]

    def on_function_header(self, span: Span, children: list[Any]) -> tuple[Span, tree.Name, tuple[tree.Parameter, ...]]:
        parameters = tuple(child for child in children[1:] if child is not None)
        names: set[str] = set()
        optional = False
        for parameter in parameters:
            if parameter.name.text in names:
                self.found.append(messages.twice(parameter.name.span, "parameter", parameter.name.text))
            elif optional and parameter.default is None:
                self.found.append(messages.default_before(parameter.name.span, parameter.name.text))
            names.add(parameter.name.text)
            optional = optional or parameter.default is not None
        name = self._name(children[0])
        self._functions.add(name.text)
        return span, name, parameters

    def on_parameter(self, span: Span, children: list[Any]) -> tree.Parameter:
        return tree.Parameter(self._name(children[0]), children[1], children[2], span)

    def _check_target(self, target: tree.Expression) -> None:
        pending = [target]
        while pending:
            part = pending.pop()
            if isinstance(part, tree.Tuple) and part.elements:
                pending += part.elements
            elif not (
                isinstance(part, tree.Reference)
                or (isinstance(part, tree.Index | tree.Attribute) and isinstance(part.value, tree.Reference))
            ):
                self.found.append(messages.not_a_target(part))

    # --- expressions

    def on_tuple(self, span: Span, children: list[Any]) -> tree.Tuple:
        return tree.Tuple(tuple(child for child in children if child is not None), span)

    def on_sequence(self, span: Span, children: list[Any]) -> tree.Sequence:
        return tree.Sequence(tuple(child for child in children if child is not None), span)

    def on_conditional(self, span: Span, children: list[Any]) -> tree.Conditional:
        then, condition, otherwise = children
        return tree.Conditional(condition, then, otherwise, span)

    def on_binary(self, span: Span, children: list[Any]) -> tree.Binary:
        left, sign, right = children
        return tree.Binary(str(sign), left, right, span, span_of(self.source, sign))

    def on_unary(self, span: Span, children: list[Any]) -> tree.Unary:
        return tree.Unary(str(children[0]), children[1], span)

    def on_compare(self, span: Span, children: list[Any]) -> tree.Compare:
        return tree.Compare(tuple(children[::2]), tuple(children[1::2]), span)

    def on_comparing(self, span: Span, children: list[Token]) -> str:
        return " ".join(children)

    def on_attribute(self, span: Span, children: list[Any]) -> tree.Attribute:
        return tree.Attribute(children[0], self._name(children[1]), span)

    def on_call(self, span: Span, children: list[Any]) -> tree.Call:
        function = children[0]
        arguments = tuple(child for child in children[1:] if child is not None)
        names: set[str] = set()
        for argument in arguments:
            if argument.name is None and names:
                self.found.append(messages.positional_after_named(argument.span))
            elif argument.name is not None and argument.name.text in names:
                self.found.append(messages.twice(argument.name.span, "argument", argument.name.text))
            names |= {argument.name.text} if argument.name else set()
        if not isinstance(function, tree.Reference):
            self.found.append(messages.not_a_function(function, arguments))
            function = tree.Reference("", function.span)
        return tree.Call(function, arguments, span)

    def on_argument(self, span: Span, children: list[Any]) -> tree.Argument:
        return tree.Argument(self._optional_name(children[0]), children[1], span)

    def on_index(self, span: Span, children: list[Any]) -> tree.Index:
        return tree.Index(children[0], tuple(child for child in children[1:] if child is not None), span)

    def on_slice(self, span: Span, children: list[Any]) -> tree.SliceSyntax:
        start, stop, step = children
        return tree.SliceSyntax(start, stop, step, span)

    def on_new_axis(self, span: Span, children: list[Token]) -> tree.NewAxis:
        return tree.NewAxis(span)

    def on_full_slices(self, span: Span, children: list[Token]) -> tree.FullSlices:
        return tree.FullSlices(span)

    def on_reference(self, span: Span, children: list[Token]) -> tree.Reference:
        return tree.Reference(self._name(children[0]).text, span)

    def on_number(self, span: Span, children: list[Token]) -> tree.Number:
        text = str(children[0])
        is_float = text[:2].lower() not in {"0x", "0o", "0b"} and any(mark in text for mark in ".eE")
        if len(text) > _LONGEST_NUMBER or (is_float and math.isinf(float(text))):
            self.found.append(messages.huge_number(span))
            return tree.Number(0, text, span)
        return tree.Number(float(text) if is_float else int(text, 0), text, span)

    def on_string(self, span: Span, children: list[Token]) -> tree.Text:
        parts = []
        for child in children:
            text, wrong = unquote(str(child))
            parts.append(text)
            if wrong:
                self.found.append(messages.wrong_escape(span_of(self.source, child), wrong))
        self._joined |= {span} if len(parts) > 1 else set()
        return tree.Text("".join(parts), span)

    def on_true(self, span: Span, children: list[Token]) -> tree.Boolean:
        return tree.Boolean(True, span)

    def on_false(self, span: Span, children: list[Token]) -> tree.Boolean:
        return tree.Boolean(False, span)

    def _name(self, token: Token | None) -> tree.Name:
        assert token is not None
        return name_of(self.source, token)

    def _optional_name(self, token: Token | None) -> tree.Name | None:
        return None if token is None else self._name(token)


def name_of(source: Source, token: Token) -> tree.Name:
    """An identifier. As in Python, letters with the same compatibility form in Unicode count as the same letter."""
    return tree.Name(unicodedata.normalize("NFKC", str(token)), span_of(source, token))


def _is_dimension(part: Any) -> bool:
    match part:
        case tree.Number(value=int()) | tree.Reference():
            return True
        case tree.Call(function=tree.Reference(name="len"), arguments=(tree.Argument(name=None, value=value),)):
            return isinstance(value, tree.Reference)
    return False


def without_docstring(statements: list[tree.Statement]) -> tuple[str, tuple[tree.Statement, ...]]:
    """The text that a block begins with, and the statements after that text."""
    match statements:
        case [tree.Evaluate(value=tree.Text(value=text)), *rest]:
            return inspect.cleandoc(text), tuple(rest)
    return "", tuple(statements)
