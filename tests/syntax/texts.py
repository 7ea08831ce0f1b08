"""Random program texts: expressions that Python reads too, whole programs, and broken ones."""

from hypothesis import strategies as st
from tacit.compiler.syntax import grammar

NAMES = st.sampled_from(["x", "y", "count", "a_b", "T", "_", "parties_", "größe"])
NUMBERS = st.sampled_from(["0", "7", "1_000", "0x1f", "0b10", "1.5", "1.5e-3", ".5", "2.", "1e3", "00", "0o17"])
TEXTS = st.sampled_from(['"text"', "'a'", '"#"', '"""a\n"b"\n"""', r'"\n\"\\"', '"a" "b"'])
SPACE = st.sampled_from(["", " ", "  "])
BINARY = ["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>", " and ", " or "]
BINARY += ["<", "<=", ">", ">=", "==", "!="]


@st.composite
def _spaced(draw: st.DrawFn, *parts: st.SearchStrategy[str] | str) -> str:
    texts = [part if isinstance(part, str) else draw(part) for part in parts]
    return "".join(text + draw(SPACE) for text in texts).strip()


def _listed(items: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[str]:
    return st.lists(items, min_size=least, max_size=3).map(", ".join)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bracketed = inner.map(lambda text: f"({text})")
    maybe = st.one_of(st.just(""), bracketed)
    part = st.one_of(
        bracketed, _spaced(maybe, ":", maybe), _spaced(maybe, ":", maybe, ":", maybe), st.just("None"), st.just("...")
    )
    suffixed = st.one_of(NAMES, bracketed)
    return st.one_of(
        bracketed,
        _spaced(inner, st.sampled_from(BINARY), inner),
        _spaced(bracketed, st.sampled_from(BINARY), inner, st.sampled_from(BINARY), bracketed),
        _spaced(st.sampled_from(["-", "+", "~"]), bracketed),
        bracketed.map(lambda text: f"(not {text})"),
        _spaced(bracketed, " if ", bracketed, " else ", inner),
        _spaced(suffixed, ".", NAMES),
        _spaced(suffixed, "[", _listed(part, 1), "]"),
        _spaced(NAMES, "(", _listed(inner), ")"),
        _spaced(NAMES, "(", _listed(inner, 1), ", axis=", inner, ",)"),
        _spaced("[", _listed(inner), "]"),
        _spaced("(", inner, ",", _listed(inner), ")"),
        _spaced("(", inner, "\n  +", inner, "# why\n", ")"),
    )


EXPRESSIONS = st.recursive(
    st.one_of(NAMES, NUMBERS, TEXTS, st.sampled_from(["True", "False"])), _compound, max_leaves=12
)

_TYPES = st.sampled_from(
    [
        "int",
        "fixed ?",
        "fixed[n, 3]?",
        "int32[len(farmers)]",
        'category["a","b"]',
        'category["a"][n]',
        "table[ a:key,b:int32[4] ]",
    ]
)
_TARGETS = st.one_of(NAMES, _spaced(NAMES, "[", EXPRESSIONS, "]"), _spaced(NAMES, ",", NAMES))
_SIMPLE = st.one_of(
    _spaced("party ", NAMES),
    _spaced("parties ", NAMES),
    _spaced("input ", NAMES, ":", _TYPES, st.sampled_from(["", " from alice", " from each farmers", " from shares"])),
    _spaced("option ", NAMES, "=", NUMBERS),
    _spaced("from ", NAMES, " import ", NAMES, " as ", NAMES, ",", NAMES),
    _spaced("from ", NAMES, " import ", "(", NAMES, ",", NAMES, ",)"),
    _spaced(_TARGETS, "=", EXPRESSIONS),
    _spaced(NAMES, st.sampled_from(["+=", "**=", ">>=", "@="]), EXPRESSIONS),
    _spaced("reveal ", EXPRESSIONS, st.sampled_from(["", " as y"]), st.sampled_from(["", " to alice", " to a,b"])),
    _spaced("save ", EXPRESSIONS, st.sampled_from(["", " as y"])),
    _spaced("assert ", EXPRESSIONS, st.sampled_from(["", ', "why"'])),
    _spaced("return ", EXPRESSIONS),
    st.just("return"),
    EXPRESSIONS,
)


@st.composite
def _block(draw: st.DrawFn, depth: int) -> list[str]:
    """Lines of one block, indented by a random number of spaces."""
    margin = " " * (draw(st.sampled_from([1, 2, 4, 8])) if depth else 0)
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["simple", "simple", "if", "for", "while", "def", "short", "comment", "blank"]))
        comment = draw(st.sampled_from(["", "", "  # why", "#why"]))
        if kind in {"if", "for", "while", "def"} and depth < 3:
            lines += _compound_lines(draw, kind, depth, comment)
        elif kind == "short":
            lines.append(f"if {draw(EXPRESSIONS)} : {draw(_SIMPLE)}{comment}")
        elif kind == "comment":
            lines.append(draw(st.sampled_from(["# alone", "#!alone", "#"])))
        elif kind == "blank":
            lines += [""] * draw(st.integers(1, 4))
        lines.append(draw(_SIMPLE) + comment)
    return [margin + line if line else line for line in lines]


def _compound_lines(draw: st.DrawFn, kind: str, depth: int, comment: str) -> list[str]:
    header = {
        "if": lambda: f"if {draw(EXPRESSIONS)}",
        "for": lambda: f"for {draw(_TARGETS)} in {draw(EXPRESSIONS)}",
        "while": lambda: f"while {draw(EXPRESSIONS)}",
        "def": lambda: f"def {draw(NAMES)} ( a,b:{draw(_TYPES)}, c : int= 3 ,d=4 )",
    }[kind]()
    lines = [f"{header}:{comment}", *draw(_block(depth + 1))]
    if kind == "if" and draw(st.booleans()):
        lines += [f"elif {draw(EXPRESSIONS)} :", *draw(_block(depth + 1))]
    if kind == "if" and draw(st.booleans()):
        lines += ["else:", *draw(_block(depth + 1))]
    return lines


PROGRAMS = _block(0).map("\n".join)

_RESERVED = [name for name in grammar.signs().values() if name.isidentifier()]
_SIGNS = [sign for sign in grammar.signs().values() if not sign.isidentifier()]
_STRANGE = [
    "'b",
    '"',
    '"""',
    "\\",
    ";",
    "{",
    "}",
    "!",
    "&&",
    "->",
    "$",
    "\t",
    "lambda",
    "class",
    "is",
    "½",
    "\x00",
    "\r",
    "0x",
]
_WORDS = [*_RESERVED, *_SIGNS, *_STRANGE, "x", "y", "alice", "int", "table", "category", "1", "2.5", '"a"', "#"]
SOUPS = st.lists(st.sampled_from([*_WORDS, "\n", "\n", "\n    ", "\n  ", " "]), max_size=40).map(" ".join)


@st.composite
def damaged(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text from which something was cut, or into which something was put."""
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 5)))
    return text[:start] + draw(st.one_of(st.just(""), st.sampled_from(_WORDS))) + text[end:]
