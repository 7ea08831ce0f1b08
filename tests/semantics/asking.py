"""Texts and what their places mean, as short strings. In: a text, a line and a word on it. Out: senses and bindings."""

from collections.abc import Mapping

from tacit.compiler.pipeline import ask
from tacit.compiler.semantics.elaborate import Elaborated
from tacit.compiler.semantics.meanings import Occurrence, Sense
from tacit.compiler.source import Source


def asked(text: str, sizes: Mapping[str, int] | None = None) -> Elaborated:
    """What the compiler says of a text that lies in no folder."""
    return ask(Source("t.mpc", "t.mpc", text), dict(sizes or {}))


def occurrence(found: Elaborated, line: int, word: str) -> Occurrence:
    """What stands at the first letter of a word on a line."""
    source = found.meanings.trees[0].source
    told = found.meanings.at(line, source.line(line).index(word) + 1)
    assert told is not None
    return told


def senses(found: Elaborated, line: int, word: str) -> list[str]:
    """`type label` of each sense of a word."""
    return [spelled(sense) for sense in occurrence(found, line, word).senses]


def spelled(sense: Sense) -> str:
    return sense.type if sense.label is None else f"{sense.type} {sense.label}"


def places(found: Elaborated, line: int, word: str) -> list[str]:
    """`how line:column` of each place that binds a word; without a place for names of the language."""
    return [
        one.how.name.lower() + (f" {one.span.line}:{one.span.column}" if one.span else "")
        for one in occurrence(found, line, word).bound
    ]


def problems(found: Elaborated) -> list[str]:
    """`line: problem` of each diagnostic."""
    return [f"{one.span.line}: {one.problem}" for one in found.diagnostics]
