"""Malformed lines, and what is said about each. In: a line, and the word where reading it stops. Out: a row.

`MISTAKES` is a table: an example, how the mistake is recognised, and the message. The first row that fits wins, so
special rows stand before general ones. A test asserts that every row's example is answered by that row.
"""

from .broken import Broken, Mistake, Where


def recognise(broken: Broken) -> Mistake:
    """The row that fits a line, or `UNKNOWN`."""
    return next((mistake for mistake in MISTAKES if mistake.fits(broken)), UNKNOWN)


_BLOCKS = "IF ELIF ELSE FOR WHILE DEF"
_VALUE_STARTS = "NAME NUMBER STRING TRUE FALSE LPAR LSQB"
_VALUE_ENDS = "NAME NUMBER STRING TRUE FALSE RPAR RSQB"
_DECLARING = "PARTY PARTIES INPUT PARAM OPTION REVEAL SAVE"
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
    # --- what other languages have, at the start of a line
    Mistake(
        "class Point:", "there are no classes in this language", "a statement",
        "keep values in arrays or tables, and use functions", where=Where.SECOND, first="class", mark="first",
        found="`class`",
    ),
    Mistake(
        "try:", "there is no `{first}` in this language", "a statement", "stop a run that must not go on with `assert`",
        where=Where.SECOND, first="try except finally raise throw catch", mark="first", found="`{first}`",
    ),
    Mistake(
        "del x", "there is no `{first}` in this language", "a statement",
        "remove it; names live until they are bound again", where=Where.SECOND, first="del global nonlocal",
        mark="first", found="`{first}`",
    ),
    Mistake(
        "with open(x) as f:", "there is no `{first}` in this language", "a statement",
        "read data with `input` and give results with `reveal`", where=Where.SECOND,
        first="with async await yield open", mark="first", found="`{first}`",
    ),
    Mistake(
        "switch x:", "there is no `{first}` in this language", "a statement", "use `if`, `elif` and `else`",
        where=Where.SECOND, first="switch match case", mark="first", found="`{first}`",
    ),
    Mistake(
        "elseif x:", "`{first}` is written otherwise here", "`elif`", "write `elif {at} ...:`", where=Where.SECOND,
        first="elseif elsif elsef", mark="first", found="`{first}`",
    ),
    Mistake(
        "function f(x):", "functions start with another word here", "`def`", "write `def {at}(...):`",
        where=Where.SECOND, first="function func fn fun define proc procedure", at="NAME", mark="first",
        found="`{first}`",
    ),
    Mistake(
        "print x", "there is no `{first}` in this language", "`reveal`",
        "write `reveal {at} to ROLE`; only revealed values can be seen", where=Where.SECOND,
        first="print output echo show", mark="first", found="`{first}`",
    ),
    Mistake(
        "int x = 3", "names are bound without a type or a keyword", "`{at} = ...`",
        "write `{at} = ...` alone; types are inferred", where=Where.SECOND, before="NAME", at="NAME", after="EQUAL",
        mark="first", found="`{first}` before the name",
    ),
    Mistake(
        "x: int = 3", "only inputs and parameters have written types", "`{first} = ...`",
        "leave the type out; it is inferred", where=Where.SECOND, first="NAME", at="COLON", found="`:` and a type",
    ),
    Mistake("@jit", "there are no decorators in this language", "a statement", "remove the line", first="@", at="@"),
    Mistake(
        "import ml", "names are imported one by one", "`from MODULE import NAME, ...`",
        "write `from {after} import ...`", first="IMPORT", at="IMPORT", found="`import` without `from`",
    ),
    Mistake(
        "input = 3", "`{first}` is a reserved word", "a name after `{first}`, or another name before `{at}`",
        "choose another name, such as `{first}_`", where=Where.SECOND, first=_DECLARING,
        at="EQUAL AUGMENTED LSQB DOT COMMA", wants="NAME", mark="first", found="`{first}` as a name",
    ),
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
        "x = to + 1", "`{at}` is a reserved word", "a name or a value", "choose another name, such as `{at}_`",
        at="PARTY PARTIES INPUT PARAM FROM EACH SHARES REVEAL SAVE AS TO OPTION DEF RETURN WHILE IMPORT ASSERT",
        wants="NAME", found="the reserved word `{at}`",
    ),
    # --- expressions that other languages have
    Mistake(
        "f = lambda x: x", "there is no `lambda` in this language", "a value", "define the function with `def`",
        before="lambda", mark="before", found="`lambda`",
    ),
    Mistake(
        "y = [x for x in z]", "there are no comprehensions in this language", "`,` or the closing bracket",
        "work on whole arrays, `z * 2` say, or fill an array in a `for` loop", at="FOR", where=Where.BRACKETED,
        before=_VALUE_ENDS,
    ),
    Mistake(
        "y = f(*x)", "arguments cannot be unpacked", "a value", "write each argument", at="* **",
        before="LPAR COMMA LSQB", where=Where.BRACKETED,
    ),
    Mistake("if x is True:", "there is no `is` in this language", "an operator", "write `==`", at="is"),
    Mistake(
        "y = x not z", "`in` is missing after `not`", "`in`", "write `x not in z`, or `and not` to join conditions",
        before="NOT", wants="IN",
    ),
    Mistake(
        "y = x == not z", "`not` binds more loosely than comparisons and arithmetic", "a value",
        "put `not ...` in parentheses", at="NOT",
    ),
    Mistake(
        "y = None", "`None` stands only inside an index, where it adds an axis", "a value",
        "use `zeros(...)`, or a default that is a number", at="NONE", found="`None`",
    ),
    Mistake("y = ...", "`...` stands only inside an index", "a value", "write the value", at="..."),
    Mistake(
        "y = x =< 3", "`=<` is written the other way round", "`<=`", "write `<=`", at="EQUAL", after="<", found="`=<`",
    ),
    Mistake(
        "y = x = 1", "one name is bound at a time", "the end of the line", "write a statement for each name",
        at="EQUAL", first="NAME", where=Where.BARE,
    ),
    Mistake(
        "y = f(x[0]=1)", "`=` cannot stand inside this expression", "`,` or the closing bracket",
        "write `==` to compare; before the `=` of a named argument stands a plain name", at="EQUAL",
        where=Where.BRACKETED,
    ),
    Mistake(
        "y =< 3", "`=<` is written the other way round", "`<=`", "write `<=`", before="EQUAL", at="<", found="`=<`",
    ),
    Mistake(
        "y =* 3", "`={at}` is written the other way round", "a value", "write `{at}=`", before="EQUAL",
        at="* / % @ ** // & | ^", found="`={at}`",
    ),
    Mistake(
        "y = x if z", "a conditional value needs both cases", "`else`", "write `... if ... else ...`",
        at="_NEWLINE RPAR RSQB COMMA COLON", wants="ELSE",
    ),
    Mistake(
        "y = f(a: 1)", "`:` cannot stand here", "`,`, `=` or the closing bracket",
        "write `name=value` for a named argument; slices stand inside an index, `x[a:b]`", at="COLON",
        where=Where.BRACKETED, before=_VALUE_ENDS,
    ),
    Mistake(
        "y = 1:3", "a slice stands only inside an index", "the end of the value",
        "write `x[a:b]`, or `range(a, b)` in a loop", at="COLON", before=_VALUE_ENDS,
    ),
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
