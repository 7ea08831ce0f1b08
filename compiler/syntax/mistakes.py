"""Malformed lines, and what is said about each. In: a line, and the word where reading it stops. Out: a row.

`MISTAKES` is a table: an example, how the mistake is recognised, and the message. The first row that fits wins, so
special rows stand before general ones. A test asserts that every row's example is answered by that row.
"""

from .broken import Broken, Mistake, Where
from .foreign.lines import EXPRESSIONS_OF_OTHERS, STATEMENTS_OF_OTHERS


def recognise(broken: Broken) -> Mistake:
    """The row that fits a line, or `UNKNOWN`."""
    return next((mistake for mistake in MISTAKES if mistake.fits(broken)), UNKNOWN)


_BLOCKS = "IF ELIF ELSE FOR WHILE DEF"
_VALUE_STARTS = "NAME NUMBER STRING TRUE FALSE LPAR LSQB"
_VALUE_ENDS = "NAME NUMBER STRING TRUE FALSE RPAR RSQB"
_SHOW_INPUT = "`input NAME: TYPE from ROLE`"

UNKNOWN = Mistake(
    example="x = 1 )",
    problem="this cannot be read here",
    remedy="see the language reference for what may stand here",
)

MISTAKES = (
    Mistake(
        "y = x ? 1 : 2", "`?` stands only after a type", "an operator",
        "write `a if condition else b` to choose, `missing(x)` to ask what is missing", at="QUESTION", found="`?`",
    ),
    *STATEMENTS_OF_OTHERS,
    # --- declarations
    Mistake(
        "party alice, bob", "one role is declared on each line", "the end of the line",
        "write `{first} {after}` on a line of its own", first="PARTY PARTIES", at="COMMA",
    ),
    Mistake(
        "input t: table[from: int32] from p", "`{at}` is a reserved word", "a name, or the column's text in quotes",
        "write `{heading} as {name}: ...`, and `{name}` for the column in the program", where=Where.COLUMN,
        before="LSQB COMMA", at="RESERVED", after="COLON", found="the reserved word `{at}`",
    ),
    Mistake(
        "input t: table[True: int32] from p", "`{before}` is a reserved word", "a name, or the column's text in quotes",
        "write `{heading} as {name}: ...`, and `{name}` for the column in the program", where=Where.COLUMN,
        before="TRUE FALSE NOT", at="COLON", mark="before", found="the reserved word `{before}`",
    ),
    Mistake(
        "input t: table[Order ID: int32] from p", "{heading} cannot be a name in the program",
        "a name, or the column's text in quotes",
        "write `{heading} as {name}: ...`, and `{name}` for the column in the program", where=Where.COLUMN,
    ),
    Mistake(
        'input t: table["Order ID" order_id: int32] from p', "`as` is missing before the column's name", "`as`",
        "write `as {at}`", first="INPUT", before="STRING", at="NAME", wants="AS",
    ),
    Mistake(
        "input x, y: int from alice", "one input is declared on each line", "`:` and the type",
        "declare `{after}` on a line of its own", first="INPUT", before="NAME", at="COMMA", wants="COLON",
    ),
    Mistake(
        "input x: int from alice, bob", "an input comes from one role", "the end of the line",
        "declare one input for each role, or a `parties` role and `from each`", first="INPUT", at="COMMA",
    ),
    Mistake(
        "input int x from alice", "an input's name comes before its type", _SHOW_INPUT,
        "write `input {at}: {before} ...`", first="INPUT", before="NAME", at="NAME", wants="COLON",
        where=Where.BARE, found="`{before} {at}`",
    ),
    Mistake(
        "input x = 3", "an input has a type, not a value", _SHOW_INPUT,
        "give the value when the program runs, or leave `input` out", first="INPUT", at="EQUAL",
    ),
    Mistake(
        "input x from alice", "an input needs a type", f"`:` and a type, as in {_SHOW_INPUT}",
        "write the type after a colon", first="INPUT", wants="COLON", where=Where.BARE,
    ),
    Mistake(
        "input x: from alice", "an input needs a type", f"a type, as in {_SHOW_INPUT}",
        "write the type between `:` and `from`", first="INPUT", before="COLON", at="FROM",
    ),
    Mistake(
        "input x: [int] from alice", "a type should stand here", "a type, such as `int32[n, 3]`",
        "write the name of a type first", first="INPUT", before="COLON", wants="NAME", where=Where.BARE,
    ),
    Mistake(
        "input x: int alice", "`from` is missing before the role", "`from`", "write `from {at}`", first="INPUT",
        at="NAME", wants="FROM", where=Where.BARE,
    ),
    Mistake(
        "input x: int to alice", "an input comes `from` a role", "`from`", "write `from` instead of `{at}`",
        first="INPUT", at="TO AS IN", wants="FROM",
    ),
    Mistake(
        "input x: int from all farmers", "one value from each member is written with `each`", "`from each ROLE`",
        "write `from each {at}`", first="INPUT", before="NAME", at="NAME", found="`from {before} {at}`",
    ),
    Mistake(
        "param k = 5", "a param needs a type", "`:` and a type, as in `param k: int = 5`",
        "write `param {before}: int = ...`, `fixed` or `bool`", first="PARAM", wants="COLON",
    ),
    Mistake(
        "option fraction_bits: 18", "an option is set with `=`", "`=` and a value", "write `option {before} = ...`",
        first="OPTION", wants="EQUAL",
    ),
    Mistake(
        "from ml import *", "names are imported one by one", "the names to import",
        "list the names, separated by commas", first="FROM", at="*",
    ),
    Mistake(
        "from ml", "`import` is missing after the module", "`import`", "write `from {before} import NAME, ...`",
        first="FROM", before="NAME", wants="IMPORT", at="_NEWLINE NAME LPAR SCALE",
    ),
    Mistake(
        "from .ml import sgd", "a module is one name", "a module's name",
        "modules lie beside the program or in the standard library", first="FROM", at="DOT ...", found="a dot",
    ),
    # --- what a program gives away
    Mistake(
        "reveal x to alice as y", "`as` comes before `to`", "the end of the line",
        "write `reveal ... as {after} to ...`", first="REVEAL", at="AS",
    ),
    Mistake(
        "reveal x to alice and bob", "roles are separated by commas", "`,` and a role",
        "write the roles as in `to alice, bob`", first="REVEAL", at="AND OR BIT_AND SIGN NAME", wants="COMMA",
        where=Where.BARE,
    ),
    Mistake(
        "reveal x, y", "one value is revealed at a time", "`as`, `to` or the end of the line",
        "write a `reveal` for each value", first="REVEAL", at="COMMA", where=Where.BARE,
    ),
    Mistake(
        "save x, y", "one value is saved at a time", "`as` or the end of the line", "write a `save` for each value",
        first="SAVE", at="COMMA", where=Where.BARE,
    ),
    Mistake(
        "save x to alice", "saved shares stay with the nodes that hold them", "`as` and a name, or the end of the line",
        "leave `to` out; `reveal` gives a value to a role", first="SAVE", at="TO",
    ),
    Mistake(
        'reveal x as "lift"', "a result's name is written without quotes", "a name", "remove the quotes",
        first="REVEAL SAVE", before="AS", at="STRING",
    ),
    Mistake(
        "reveal x + to alice", "a value is missing before `{at}`", "a value", "write the value before `{at}`",
        first="REVEAL SAVE", at="AS TO", wants="NAME LPAR",
    ),
    Mistake(
        "reveal x lift", "`as` is missing before the name", "`as`, `to` or the end of the line",
        "write `as {at}`, or `to {at}` for a role", first="REVEAL", before=_VALUE_ENDS, at="NAME", wants="AS TO",
        where=Where.BARE,
    ),
    Mistake(
        "save x lift", "`as` is missing before the name", "`as` or the end of the line", "write `as {at}`",
        first="SAVE", before=_VALUE_ENDS, at="NAME", wants="AS", where=Where.BARE,
    ),
    # --- blocks
    Mistake("else if x:", "`else if` is one word here", "`:`", "write `elif`", first="ELSE", at="IF", found="`if`"),
    Mistake(
        "if x then", "a block starts with `:`", "`:`", "write `:` instead of `{at}`", first=_BLOCKS, at="then do begin",
        wants="COLON",
    ),
    Mistake(
        "if x == 1", "`:` is missing at the end of the line", "`:`",
        "write `:` after the `{first}` line; its block follows, indented", first=_BLOCKS, at="_NEWLINE", wants="COLON",
        where=Where.BARE,
    ),
    Mistake(
        "else x == 1:", "`else` has no condition", "`:`", "write `elif` for another condition", first="ELSE",
        before="ELSE", wants="COLON",
    ),
    Mistake(
        "if x = 1:", "`=` binds a name; it does not compare", "`==`", "write `==`",
        first="IF ELIF WHILE ASSERT REVEAL SAVE RETURN", at="EQUAL", where=Where.BARE,
    ),
    Mistake(
        "for i = 0", "a `for` loop runs over the elements of something", "`in`", "write `for {before} in range(...):`",
        first="FOR", at="EQUAL", wants="IN",
    ),
    Mistake(
        "for i range(3):", "`in` is missing after the loop's name", "`in`", "write `for {before} in ...:`", first="FOR",
        before="NAME", wants="IN",
    ),
    Mistake(
        "def f:", "a function needs its parameters, even if there are none", "`(`", "write `def {before}():`",
        first="DEF", at="COLON", wants="LPAR",
    ),
    Mistake(
        "def f(*rest):", "a function has a fixed list of parameters", "a parameter's name",
        "pass an array or a tuple instead", first="DEF", at="* **", wants="NAME",
    ),
    Mistake(
        "def h(x int):", "`:` is missing before the parameter's type", "`:`, `,` or `)`", "write `{before}: {at}`",
        first="DEF", before="NAME", at="NAME", wants="COLON RPAR",
    ),
    Mistake(
        "if x: y = 1 else: y = 2", "`{at}` starts a line", "the end of the line", "put `{at}` on the next line",
        first="IF ELIF FOR WHILE", at="ELSE ELIF", wants="_NEWLINE",
    ),
    Mistake(
        "while:", "the condition is missing", "a condition", "write the condition between `{before}` and `:`",
        before="IF ELIF WHILE", at="COLON",
    ),
    Mistake(
        "if x: if y: z = 1", "a block that stands on one line holds one simple statement", "a simple statement",
        "put `{at}` on the next line, indented", before="COLON", at="IF FOR WHILE DEF", where=Where.BARE, first=_BLOCKS,
    ),
    # --- words in the wrong place
    Mistake(
        "to = 1", "`{at}` is a reserved word and starts no statement", "a statement",
        "choose another name, such as `{at}_`", at="FROM EACH SHARES AS TO IN", first="FROM EACH SHARES AS TO IN",
        wants="NAME PARTY", found="the reserved word `{at}`",
    ),
    Mistake(
        "party not", "`{at}` is a reserved word", "a name", "choose another name, such as `{at}_`",
        before="PARTY PARTIES INPUT PARAM OPTION AS TO DEF IMPORT FROM EACH DOT COMMA FOR", at="RESERVED", wants="NAME",
        found="the reserved word `{at}`",
    ),
    Mistake(
        'x = input("x")', "data are declared, not read", "a name or a value",
        "write `input x: int from alice` on a line of its own", at="INPUT", after="LPAR", found="`input`",
    ),
    Mistake(
        "x = to + 1", "`{at}` is a reserved word", "a name or a value", "choose another name, such as `{at}_`",
        at="PARTY PARTIES INPUT PARAM FROM EACH SHARES REVEAL SAVE AS TO OPTION DEF RETURN WHILE IMPORT ASSERT",
        wants="NAME", found="the reserved word `{at}`",
    ),
    *EXPRESSIONS_OF_OTHERS,
    # --- the general cases
    Mistake(
        "x++", "there is no `{before}{before}` in this language", "a value after `{before}`",
        "write `{first} {before}= 1`", first="NAME", before="SIGN", at="_NEWLINE", where=Where.DOUBLED, mark="before",
        found="`{before}{before}`",
    ),
    Mistake(
        "x = 1 +", "the line ends where a value should follow", "a value after `{before}`",
        "write the value, or remove `{before}`", at="_NEWLINE", wants="NAME LPAR",
    ),
    Mistake(
        "party", "the line ends where a name should follow", "a name after `{before}`", "write the name", at="_NEWLINE",
        wants="NAME",
    ),
    Mistake(
        "y = sum(x where z)", "`where` is a named argument", "`,` and `where=`",
        "write `sum(x, where=c)`, the condition after `where=`", before=_VALUE_ENDS, at="where WHERE",
        where=Where.BRACKETED, found="`{at}`",
    ),
    Mistake(
        "x = f(a b)", "two values side by side", "`,` or an operator between them",
        "write what joins them, a comma or an operator", before=_VALUE_ENDS, at=_VALUE_STARTS, wants="SIGN",
        where=Where.BRACKETED,
    ),
    Mistake(
        "x = a b", "two values side by side", "an operator between them, or the end of the line",
        "write the operator that joins them; each statement stands on a line of its own", before=_VALUE_ENDS,
        at=_VALUE_STARTS, wants="SIGN",
    ),
    Mistake(
        "x = 1 + * 2", "a value is missing before `{at}`", "a value", "write the value before `{at}`",
        wants="NAME LPAR",
    ),
    Mistake(
        "assert x, y", "an assertion's message is a constant text", "a text in quotes", "write the message in quotes",
        first="ASSERT", before="COMMA",
    ),
    Mistake(
        "party 3", "a name should stand here", "a name after `{before}`", "write a name: letters, digits and `_`",
        wants="NAME",
    ),
    Mistake(
        "party alice 3", "the line should end here", remedy="each statement stands on a line of its own",
        wants="_NEWLINE",
    ),
)  # fmt: skip
