"""Syntax. In: a source. Out: its tree; or one `CompileError` with every syntax error that can be told apart."""

from ..diagnostics import CompileError
from ..source import Source
from . import grammar, tree
from .build import build
from .diagnose import diagnose
from .layout import lay_out, tokens_of


def parse(source: Source) -> tree.Module:
    """The tree of a whole file. Raises `CompileError`, and nothing else, whatever the text."""
    layout = lay_out(source)
    parsed = grammar.parse_module(tokens_of(layout.lines))
    if layout.mistakes or isinstance(parsed, grammar.Stop):
        raise CompileError((*layout.mistakes, *diagnose(source, layout.lines)))
    module, mistakes = build(source, parsed)
    if mistakes:
        raise CompileError(mistakes)
    assert isinstance(module, tree.Module)
    return module
