"""Lines that mean something in other languages, and what is said about each. In: nothing. Out: rows of `mistakes`.

The order matters, as in `mistakes`: the first row that fits wins.
"""

from ..broken import Mistake, Where

_VALUE_ENDS = "NAME NUMBER STRING TRUE FALSE RPAR RSQB"
_DECLARING = "PARTY PARTIES INPUT PARAM OPTION REVEAL SAVE"

STATEMENTS_OF_OTHERS = (
    Mistake(
        "class Point:", "there are no classes in this language", "a statement",
        "keep values in arrays or tables, and use functions", where=Where.SECOND, first="class", mark="first",
        found="`class`",
    ),
    Mistake(
        "SELECT sum(x) FROM t", "queries are written as functions here", "a statement",
        "write `filter(t, t.amount > 3)`, `group(t, by=city, total=sum(amount))`, `join(a, b, on=id)` or "
        "`sort(t, by=amount)`; SQL itself is for reading data", where=Where.SECOND, first="SELECT Select select",
        at="NAME * NUMBER", mark="first", found="`{first}`",
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
        "import numpy as np", "functions of the language need no import", "`from MODULE import NAME, ...`",
        "leave the line out, and write `sum(x)` for `{after}.sum(x)`", first="IMPORT", at="IMPORT",
        after="numpy np math pandas pd torch scipy statistics random tensorflow jax", found="`import`",
    ),
    Mistake(
        "import ml", "names are imported one by one", "`from MODULE import NAME, ...`",
        "write `from {after} import ...`", first="IMPORT", at="IMPORT", found="`import` without `from`",
    ),
    Mistake(
        "input = 3", "`{first}` is a reserved word", "a name after `{first}`, or another name before `{at}`",
        "choose another name, such as `{first}_`", where=Where.SECOND, first=_DECLARING,
        at="EQUAL AUGMENTED LSQB DOT COMMA", wants="NAME", mark="first", found="`{first}` as a name",
    ),
)  # fmt: skip
"""What starts a line in other languages."""

EXPRESSIONS_OF_OTHERS = (
    Mistake(
        "f = lambda x: x", "there is no `lambda` in this language", "a value", "define the function with `def`",
        before="lambda", mark="before", found="`lambda`",
    ),
    Mistake(
        "y = [x for x in z]", "there are no comprehensions in this language", "`,` or the closing bracket",
        "work on whole arrays: `z * 2`, `sum(z * z)`, `any(z > 3)`; or fill `zeros(3)` in a `for` loop", at="FOR",
        where=Where.BRACKETED, before=_VALUE_ENDS,
    ),
    Mistake(
        "y = count(*)", "`*` stands for no rows here", "a table or an array",
        "write `count(t)` for the rows of a table", before="LPAR", at="*", after="RPAR", where=Where.BRACKETED,
    ),
    Mistake(
        "y = f(*x)", "arguments cannot be unpacked", "a value", "write each argument", at="* **",
        before="LPAR COMMA LSQB", where=Where.BRACKETED,
    ),
    Mistake(
        "if x is None:", "a value that may be missing is not compared with `None`", "a value",
        "write `missing(x)`, or `not missing(x)`", at="is", after="NONE NOT", found="`is`",
    ),
    Mistake(
        "y = x == None", "a value that may be missing is not compared with `None`", "a value",
        "write `missing(x)`, or `not missing(x)`", at="NONE", before="COMPARISON", found="`None`",
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
        "begin with a number or with `zeros(3)`; `missing(x)` asks what is missing, `fill(x, 0)` replaces it",
        at="NONE", found="`None`",
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
)  # fmt: skip
"""What stands in a line in other languages."""
