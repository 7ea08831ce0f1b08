"""The header before each message of a round: packing one, and checking a peer's before its message is read. No I/O.

Header, little-endian: magic and kind (4 bytes each), round and length of the message (8 bytes each).
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct

_MAGIC = 0x31544354  # "TCT1": changes whenever the bytes between parties mean something else
_HEADER = Struct("<IIQQ")

HEADER_BYTES = _HEADER.size


class Kind(IntEnum):
    """What follows a header."""

    MESSAGE = 1
    FAREWELL = 2


MESSAGE_WORD = _MAGIC | Kind.MESSAGE << 32
"""The first 8 bytes of a message's header, as a number."""


class FrameError(Exception):
    """A peer's header is not what this round expects. The text completes "party X ..."."""


def message_header(round: int, length: int) -> bytes:
    """The header of a round's message of `length` bytes."""
    return _HEADER.pack(_MAGIC, Kind.MESSAGE, round, length)


def farewell_header() -> bytes:
    """The header that a party sends when it has finished. No message follows."""
    return _HEADER.pack(_MAGIC, Kind.FAREWELL, 0, 0)


def check_message(header: bytes | bytearray | memoryview, round: int, length: int) -> None:
    """Accepts exactly the header of this round and this length. Raises `FrameError` otherwise."""
    kind, sent_round, sent_length = _unpack(header)
    if kind is Kind.FAREWELL:
        raise FrameError("disagreed: it has finished already")
    if (sent_round, sent_length) != (round, length):
        raise FrameError(
            f"disagreed: it sent {sent_length} bytes of round {sent_round}, expected {length} of round {round}"
        )


def check_farewell(header: bytes | bytearray | memoryview) -> None:
    """Accepts exactly a farewell. Raises `FrameError` otherwise."""
    kind, sent_round, _ = _unpack(header)
    if kind is not Kind.FAREWELL:
        raise FrameError(f"disagreed: it sent a message of round {sent_round} after the last round")


def _unpack(header: bytes | bytearray | memoryview) -> tuple[Kind, int, int]:
    magic, kind, round, length = _HEADER.unpack(header)
    if magic != _MAGIC or kind not in (Kind.MESSAGE, Kind.FAREWELL):
        raise FrameError("disagreed: it sent something that is not a message of this version of Tacit")
    return Kind(kind), round, length
