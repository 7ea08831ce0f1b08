"""What is wrong with a protocol graph or with the bytes of one."""

from typing import ClassVar


class TacitError(Exception):
    """Whatever Tacit refuses, of the compiler's and the runtime's; `status` is the exit status of the command."""

    status: ClassVar[int] = 5


class GraphError(Exception):
    """The graph breaks a rule that every party relies on. The message says which rule, and where."""


class LimitError(GraphError):
    """The graph is larger than a party takes, and so is any graph of the same program for as much data.

    `span` is the index in `Graph.places` of the place that asks for so much, -1 where no place does.
    """

    def __init__(self, message: str, span: int = -1) -> None:
        super().__init__(message)
        self.span = span


def require(condition: bool, message: str) -> None:
    """Raises `GraphError` with `message` unless `condition` holds."""
    if not condition:
        raise GraphError(message)
