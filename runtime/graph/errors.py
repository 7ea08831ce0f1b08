"""What is wrong with a protocol graph or with the bytes of one."""


class GraphError(Exception):
    """The graph breaks a rule that every party relies on; the message says which, and where."""


class LimitError(GraphError):
    """The graph is larger than a party takes. Any graph of the same program for as much data is, however it is made.

    `span` is the number of the place in `Graph.places` that asks for so much, -1 where no place does.
    """

    def __init__(self, message: str, span: int = -1) -> None:
        super().__init__(message)
        self.span = span


def require(condition: bool, message: str) -> None:
    """Raises `GraphError` with `message` unless `condition` holds."""
    if not condition:
        raise GraphError(message)
