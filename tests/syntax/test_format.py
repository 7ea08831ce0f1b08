"""Canonical layout: nothing but space changes, and a second pass changes nothing."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.source import Source
from tacit.compiler.syntax import grammar
from tacit.compiler.syntax.format import format_source
from tacit.compiler.syntax.parser import parse

from tests.syntax.shape import shape
from tests.syntax.texts import PROGRAMS

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("examples", "stdlib", "tests") for path in sorted((ROOT / folder).rglob("*.mpc"))]

BEFORE = '''\


"""Two companies
 compare pay."""
party   alice
#comment
def f ( x,rate:fixed=.1,y : table[ a:key, b :int32[4] ]=z[1 : 2], k = 3 ) : # why

    # inside
    if x>-1 :return x#!now

    elif not(y) :
        z=x [ 1:3 ,:,None , ...,- 1,:: 2 , a+1 : b]
    else :
       z , w=g ( x )
       # end of else
      # end of f
# attached
def h():
  return



x=f(a,
        b, g(c,
   d
  ),   # trailing

  # alone in brackets
  where = not x,
)
y = 1+ \\
  2 ** - 3
reveal - x   as y to alice,bob
from ml import(a,b as c,)
if c: x=1   # one line
  # odd comment
z = "a"   'b'
w = ( 1 , )
u = x if(y)else(z)
input t:table["Order ID"as order_id :key,"v":int]from p
input b:int [ len( farmers ),3 ]from each farmers'''

AFTER = '''\
"""Two companies
 compare pay."""

party alice

# comment
def f(x, rate: fixed = .1, y: table[a: key, b: int32[4]] = z[1:2], k=3):  # why
    # inside
    if x > -1:
        return x  #!now
    elif not (y):
        z = x[1:3, :, None, ..., -1, ::2, a + 1:b]
    else:
        z, w = g(x)
        # end of else
    # end of f

# attached
def h():
    return


x = f(a,
    b, g(c,
        d
    ),  # trailing
    # alone in brackets
    where=not x,
)
y = 1 + \\
    2 ** -3
reveal -x as y to alice, bob
from ml import (a, b as c,)
if c:
    x = 1  # one line
# odd comment
z = "a" 'b'
w = (1,)
u = x if (y) else (z)
input t: table["Order ID" as order_id: key, "v": int] from p
input b: int[len(farmers), 3] from each farmers
'''


def formatted(text: str) -> str:
    return format_source(Source("t", "t", text))


def comments(text: str) -> list[str]:
    return [token.lstrip("# ").rstrip() for token in grammar.split(text) if token.type == "COMMENT"]


def check(text: str) -> None:
    """Formatting keeps the tree and the comments, and is settled after one pass."""
    once = formatted(text)
    assert shape(parse(Source("t", "t", once)).body) == shape(parse(Source("t", "t", text)).body)
    assert comments(once) == comments(text)
    assert formatted(once) == once
    assert once == "" or (once.endswith("\n") and not once.endswith("\n\n") and not once.startswith("\n"))


def test_a_program_of_every_kind_of_line() -> None:
    assert formatted(BEFORE) == AFTER


@pytest.mark.parametrize(
    "text", ["", "\n", "# only\n", "\n\n  # indented", "x=1", "x=1\r\ny='''a\r\nb'''\r\n", "if a:\r\n b"]
)
def test_small_texts_are_settled(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(PROGRAMS)
def test_any_program_is_settled(text: str) -> None:
    check(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_program_here_is_settled(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        parse(Source("t", "t", text))
    except (CompileError, UnicodeDecodeError):
        assert path.parent.name == "syntax"
        return
    check(text)


def test_a_program_with_mistakes_is_refused() -> None:
    with pytest.raises(CompileError):
        formatted("x = = 1\n")
