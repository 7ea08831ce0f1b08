"""What layout and tree building report about mistakes. In: a place and the words found there. Out: a diagnostic."""

from collections.abc import Sequence

from lark import Token

from ..diagnostics import Diagnostic, Note
from ..source import Source, Span
from . import tree
from .foreign.words import remedy_of_method
from .words import name_for, quoted, shortened, span_of

_PARTNERS = {"(": ")", "[": "]", ")": "(", "]": "["}
_INSTEAD = {
    "break": "loop with `while` on a public condition instead",
    "continue": "put the rest of the loop's body under an `if` instead",
    "pass": "leave the block out",
}
PYTHON_STATEMENTS = frozenset(_INSTEAD)

# --- brackets and indentation -----------------------------------------------------------------------------------------


def unclosed(source: Source, opening: Token, following: Token | None) -> Diagnostic:
    """A bracket that is not closed before the next statement, which seems to start at `following`."""
    span = span_of(source, opening)
    return Diagnostic(
        span, f"this `{opening}` is never closed", expected=f"a matching `{_PARTNERS[str(opening)]}`",
        found=f"`{shortened(following)}` at the start of a line" if following else "the end of the file",
        remedy=f"add `{_PARTNERS[str(opening)]}` where it should end",
    )  # fmt: skip


def wrong_closing(source: Source, closing: Token, opening: Token | None) -> Diagnostic:
    """A closing bracket that fits no opening bracket, or another one."""
    span = span_of(source, closing)
    if opening is None:
        return Diagnostic(
            span, f"this `{closing}` closes nothing", expected=f"a `{_PARTNERS[str(closing)]}` before it", found="none",
            remedy="remove it, or add the opening bracket",
        )  # fmt: skip
    return Diagnostic(
        span, f"`{closing}` does not close `{opening}`", expected=f"`{_PARTNERS[str(opening)]}`", found=f"`{closing}`",
        remedy="close brackets in the reverse order of their opening",
        notes=(Note(span_of(source, opening), "opened here"),),
    )  # fmt: skip


def tab(source: Source, first: Token, lines: int) -> Diagnostic:
    """A tab in the indentation before `first`; `lines` lines have one."""
    span = Span(source, first.line, 1, first.line, first.column)
    others = f" (here and on {lines - 1} more {'line' if lines == 2 else 'lines'})" if lines > 1 else ""
    return Diagnostic(
        span, "a tab in the indentation", expected="spaces only", found=f"a tab{others}",
        remedy="indent by four spaces for each level; most editors convert tabs to spaces",
    )  # fmt: skip


def wrong_dedent(source: Source, first: Token, margin: int, known: Sequence[int]) -> Diagnostic:
    """A line that is indented less than the line before it, but not like any of the blocks around it."""
    span = Span(source, first.line, 1, first.line, max(2, first.column))
    *less, most = [str(number) for number in known]
    return Diagnostic(
        span, "this indentation fits none of the blocks around it", expected=f"{', '.join(less)} or {most} spaces",
        found=f"{margin} {'space' if margin == 1 else 'spaces'}",
        remedy="indent the line like the other lines of its block",
    )  # fmt: skip


def unexpected_indent(source: Source, first: Token) -> Diagnostic:
    """A line that is indented more than the line before it although that line opens no block."""
    span = Span(source, first.line, 1, first.line, first.column)
    return Diagnostic(
        span, "this line is indented for no reason", expected="the indentation of the line before",
        found=f"{first.column - 1} spaces",
        remedy="only the lines of a block are indented, after a line that ends with `:`",
    )  # fmt: skip


def no_block(source: Source, header: Token, following: Token | None) -> Diagnostic:
    """A header with nothing indented after it."""
    found = f"`{shortened(following)}` at the same level" if following else "the end of the file"
    return Diagnostic(
        span_of(source, header), f"the block of this `{header}` is missing", expected="an indented line after the `:`",
        found=found, remedy="indent the lines of the block by four spaces",
    )  # fmt: skip


def no_if(source: Source, word: Token, before: Token | None) -> Diagnostic:
    """`else` or `elif` that does not follow the block of an `if`."""
    found = f"`{word}` after `{shortened(before)}`" if before else f"`{word}` at the start of a block"
    remedy = "indent it like its `if`"
    if before is not None and before.type == "ELSE":
        remedy = "`else` comes last, and once"
    elif before is not None and before.type in {"FOR", "WHILE"}:
        remedy = "loops have no `else`; write the statements after the loop"
    return Diagnostic(
        span_of(source, word), f"this `{word}` belongs to no `if`", expected="an `if` block right before it",
        found=found, remedy=remedy,
    )  # fmt: skip


# --- types and parameters ---------------------------------------------------------------------------------------------


def optional_table(span: Span) -> Diagnostic:
    """`table[...]?`."""
    return Diagnostic(
        span, "a table is never missing as a whole", expected="`?` after the type of a column",
        found="`?` after `table`", remedy="write it where values may be missing: `table[amount: fixed?]`",
    )  # fmt: skip


def second_mark(span: Span) -> Diagnostic:
    """`int?[n]?`."""
    return Diagnostic(
        span, "a type has one `?`", expected="one `?`, after the name or after the brackets", found="another one",
        remedy="leave one of them out",
    )  # fmt: skip


def too_many_brackets(span: Span, word: str) -> Diagnostic:
    """`int[n][3]`."""
    expected = "no dimensions after a table's columns" if word == "table" else "all dimensions in one pair of brackets"
    return Diagnostic(
        span, f"too many brackets after `{word}`", expected=expected, found="one more pair of brackets",
        remedy="write `int[n, 3]` rather than `int[n][3]`",
    )  # fmt: skip


def bounds_with_others(part: tree.BoundsSyntax) -> Diagnostic:
    """`int[0..9, n]`."""
    return Diagnostic(
        part.span, "bounds stand in brackets of their own", expected="the bounds alone", found="dimensions beside them",
        remedy="write `int[0..9][n]` rather than `int[0..9, n]`",
    )  # fmt: skip


def bounds_again(part: tree.BoundsSyntax) -> Diagnostic:
    """`int[0..9][1..5]`."""
    return Diagnostic(
        part.span, "a type has bounds once", expected="the least and the greatest number, as in `int[0..120]`",
        found="bounds again", remedy="leave one of them out",
    )  # fmt: skip


def not_a_label(part: tree.Expression | tree.ColumnSyntax) -> Diagnostic:
    """`category[red]`."""
    return Diagnostic(
        part.span, "a category's labels are texts", expected='a label in quotes, as in `category["red", "blue"]`',
        found=_describe(part), remedy="put the label in quotes; dimensions follow in brackets of their own",
    )  # fmt: skip


def joined_labels(span: Span) -> Diagnostic:
    """`category["a" "b"]`."""
    return Diagnostic(
        span, "two labels without a comma between them", expected="`,` between labels", found="two texts side by side",
        remedy="write the comma, or one text",
    )  # fmt: skip


def no_labels(span: Span) -> Diagnostic:
    """`category` alone."""
    return Diagnostic(
        span, "`category` without its labels", expected='the labels, as in `category["red", "blue"]`', found="none",
        remedy="list the labels, in order",
    )  # fmt: skip


def not_a_column(part: tree.Expression | tree.ColumnSyntax) -> Diagnostic:
    """`table[user]`."""
    return Diagnostic(
        part.span, "a table's column needs a name and a type",
        expected="`name: type`, as in `table[user: key, amount: fixed]`", found=_describe(part),
        remedy="write the column's name, a colon and its type",
    )  # fmt: skip


def no_columns(span: Span) -> Diagnostic:
    """`table` alone."""
    return Diagnostic(
        span, "`table` without its columns", expected="the columns, as in `table[user: key, amount: fixed]`",
        found="none", remedy="list each column's name and type",
    )  # fmt: skip


def joined_headings(span: Span) -> Diagnostic:
    """`table["a" "b" as c: int]`."""
    return Diagnostic(
        span, "two texts without a comma between them", expected="one text, the column's name in the data",
        found="two texts side by side", remedy="write the comma, or one text",
    )  # fmt: skip


def unnamed_column(text: tree.Text) -> Diagnostic:
    """`table["Order ID": key]`."""
    return Diagnostic(
        text.span, f"`{shortened(text.value)}` cannot be a name in the program",
        expected="`as` and a name after the column's text", found="the text alone",
        remedy=f"write `{quoted(text.value)} as {name_for(text.value)}: ...`",
    )  # fmt: skip


def not_a_dimension(part: tree.Expression | tree.ColumnSyntax) -> Diagnostic:
    """`int[n + 1]`."""
    return Diagnostic(
        part.span, "not a dimension", expected="a whole number, a size name, or `len(...)` of a `parties` role",
        found=_describe(part),
        remedy="name the size, as in `int[n]`; a size name takes its value from the data, the same everywhere",
    )  # fmt: skip


def twice(span: Span, kind: str, name: str) -> Diagnostic:
    """A parameter or argument named twice."""
    return Diagnostic(
        span, f"{kind} `{name}` appears twice", expected=f"each {kind} once", found=f"`{name}` again",
        remedy="remove or rename one of them",
    )  # fmt: skip


def default_before(span: Span, name: str) -> Diagnostic:
    """`def f(a=1, b)`."""
    return Diagnostic(
        span, f"parameter `{name}` has no default, but one before it has", expected=f"a default for `{name}`",
        found="none", remedy="put parameters without a default first",
    )  # fmt: skip


# --- statements and expressions ---------------------------------------------------------------------------------------


def not_a_target(part: tree.Expression) -> Diagnostic:
    """`f(x) = 1`, `t.col = 1`, `a == 1 = 2`."""
    remedy = "write `==` to compare, or a name on the left of `=`"
    match part:
        case tree.Attribute():
            remedy = "only columns of a named table can be set: give the table a name first"
        case tree.Index():
            remedy = "only elements of a named array can be set: give the array a name first"
    return Diagnostic(
        part.span, "cannot assign to this",
        expected="a name, an element such as `x[i]`, a column such as `t.a`, or several of them",
        found=_describe(part), remedy=remedy,
    )  # fmt: skip


def augmented_tuple(span: Span, sign: str) -> Diagnostic:
    """`a, b += 1`."""
    return Diagnostic(
        span, f"`{sign}` changes one name or element", expected="one name or element", found="several",
        remedy="write one statement for each",
    )  # fmt: skip


def python_word(span: Span, word: str) -> Diagnostic:
    """`break`, `continue` or `pass` alone on a line."""
    return Diagnostic(
        span, f"there is no `{word}` in this language", expected="a statement", found=f"`{word}`",
        remedy=_INSTEAD[word],
    )  # fmt: skip


def print_call(call: tree.Call) -> Diagnostic:
    """`print(x)` if no function of that name is defined."""
    value = next((argument.value for argument in call.arguments), None)
    is_named = isinstance(value, tree.Reference)
    code = f"reveal {shortened(value.span.text)}" if value is not None and _is_shown(value) else "reveal x"
    return Diagnostic(
        call.function.span, "there is no `print` in this language",
        expected="`reveal`, which shows a value to all or to some", found="a call of `print`",
        remedy=f"write `{code}`" if is_named else f"write `{code} as result`",
    )  # fmt: skip


def _is_shown(value: tree.Expression) -> bool:
    return not isinstance(value, tree.Text | tree.Tuple) and len(value.span.text) <= 40


def positional_after_named(span: Span) -> Diagnostic:
    """`f(a=1, 2)`."""
    return Diagnostic(
        span, "an argument without a name after one with a name", expected="`name=value`", found="a value alone",
        remedy="put arguments without names first",
    )  # fmt: skip


def not_a_function(function: tree.Expression, arguments: Sequence[tree.Argument]) -> Diagnostic:
    """`x.sum()`, `np.sum(x)`, `f(x)(y)`."""
    if isinstance(function, tree.Attribute):
        name = function.name.text
        written = [shortened(argument.span.text) for argument in arguments]
        return Diagnostic(
            function.span, "there are no methods in this language", expected="a function's name before `(`",
            found=f"`.{name}`", remedy=remedy_of_method(name, shortened(function.value.span.text), written),
        )  # fmt: skip
    return Diagnostic(
        function.span, "this is not a function", expected="a function's name before `(`", found=_describe(function),
        remedy="call functions by name; if you meant a product, write `*`",
    )  # fmt: skip


# --- names and literals -----------------------------------------------------------------------------------------------


def too_deep(span: Span) -> Diagnostic:
    """An expression, or blocks, nested in more levels than any reader would follow."""
    return Diagnostic(
        span, "this is nested too deeply", expected="at most 100 levels", found="more",
        remedy="give parts of it names of their own, or move them into functions",
    )  # fmt: skip


def huge_number(span: Span) -> Diagnostic:
    """`1e999`."""
    return Diagnostic(
        span, "this number is too large", expected="a number that fits 64 bits", found="one far beyond that",
        remedy="scale the data, so that smaller numbers do",
    )  # fmt: skip


def wrong_escape(span: Span, escape: str) -> Diagnostic:
    r"""`"\q"`."""
    return Diagnostic(
        span, f"`{escape}` means nothing in a text", expected=r"`\n`, `\t`, `\\`, `\'`, `\"`, `\xhh`, `\uhhhh`",
        found=f"`{escape}`", remedy=r"write `\\` for a backslash",
    )  # fmt: skip


def _describe(part: tree.Expression | tree.ColumnSyntax) -> str:
    match part:
        case tree.Reference():
            return f"the name `{part.name}`"
        case tree.ColumnSyntax():
            return "a name and a type"
        case tree.Number():
            return f"the number `{part.text}`"
        case tree.Text():
            return "a text"
        case tree.Boolean():
            return f"`{part.value}`"
        case tree.Call():
            return f"a call of `{part.function.name}`"
        case tree.Attribute():
            return f"`.{part.name.text}`"
        case tree.Index():
            return "an element"
        case tree.Compare():
            return "a comparison"
        case tree.Tuple():
            return "`()`"
        case tree.Sequence():
            return "a list"
    return "an expression"
