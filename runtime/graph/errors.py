"""What is wrong with a protocol graph or with the bytes of one."""


class GraphError(Exception):
    """The graph breaks a rule that every party relies on; the message says which, and where."""


def require(condition: bool, message: str) -> None:
    """Raises `GraphError` with `message` unless `condition` holds."""
    if not condition:
        raise GraphError(message)
