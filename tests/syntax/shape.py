"""Trees without their places, to compare programs by what they say."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from tacit.compiler.source import Source, Span


def shape(node: Any) -> Any:
    """A node as nested tuples, without spans and sources."""
    if isinstance(node, tuple):
        return tuple(shape(part) for part in node)
    if is_dataclass(node):
        parts = (getattr(node, field.name) for field in fields(node))
        return (type(node).__name__, *(shape(part) for part in parts if not isinstance(part, Span | Source)))
    return node


def nodes(node: Any) -> Iterator[Any]:
    """All nodes of a tree, parents first."""
    if isinstance(node, tuple):
        for part in node:
            yield from nodes(part)
    elif is_dataclass(node) and not isinstance(node, Span | Source):
        yield node
        for field in fields(node):
            yield from nodes(getattr(node, field.name))


def written(span: Span) -> str:
    """The text that a span covers."""
    lines = span.source.text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)
