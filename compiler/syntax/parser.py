"""Syntax. In: a source. Out: its tree, without lines that cannot be read, and every mistake that can be told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..diagnostics import CompileError, Diagnostic, in_order
from ..source import Source
from . import grammar, tree
from .build import build
from .diagnose import Reading, diagnose, read_line
from .layout import lay_out, resumed, tokens_of
from .partial import partial_tree


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a file, and the mistakes of its text.

    With `diagnostics` the tree is partial: it has the statements that can be read, and a `tree.Broken` for each other.
    """

    module: tree.Module
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> tree.Module:
    """The tree of a whole file. Raises CompileError, and nothing else, whatever the text is."""
    parsed = parse_partially(source)
    if parsed.diagnostics:
        raise CompileError(parsed.diagnostics)
    return parsed.module


def parse_partially(source: Source) -> Parsed:
    """The tree of what can be read in a file, and its mistakes in source order. Never fails."""
    layout = lay_out(source)
    parsed = grammar.parse_module(tokens_of(layout.lines))
    is_laid_out = not layout.mistakes and not isinstance(parsed, grammar.Stop)
    if is_laid_out:
        module, mistakes = build(source, parsed)
        if not mistakes:
            return Parsed(module, ())
    readings = [read_line(source, line) for line in layout.lines]
    if is_laid_out:
        return Parsed(partial_tree(source, readings, mistakes), in_order(mistakes))
    mistakes = [*layout.mistakes, *diagnose(source, readings)]
    return Parsed(partial_tree(source, list(_resumed(source, readings))), in_order(mistakes))


def _resumed(source: Source, readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings, and the readings of statements that an open bracket has taken in."""
    known = {id(reading.line.tokens): reading for reading in readings if not reading.line.is_broken}
    for line in resumed(source, [reading.line for reading in readings]):
        reading = known.get(id(line.tokens))
        yield read_line(source, line) if reading is None else replace(reading, line=line)
