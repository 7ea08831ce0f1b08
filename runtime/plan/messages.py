"""From the values of a round to the bytes of its messages. Bytes that lie in memory as they travel stay in place.

BITS whose planes end in padding are the exception. Their planes are compacted into a staging slot before they leave.
The padding bits of each plane's last byte are cleared, because padding is arbitrary and must never leave a party.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..instructions import Piece, Round
from ..kernels.moves import copy, move
from ..kernels.native import INT, OUT_BYTES, native

Array = np.ndarray[Any, Any]


@native(OUT_BYTES, INT, INT)
def _clear_padding(out: Array, width: int, mask: int) -> None:
    """Clears the bits of each row's last byte that `mask` does not mark. A row is `width` bytes."""
    for last in range(width - 1, out.size, width):
        out[last] &= np.uint8(mask)


NATIVES = (_clear_padding, move)
"""The compiled functions that messages need."""

Pieces = list[tuple[int, list[Array]]]
Views = list[tuple[int, list[memoryview]]]


@dataclass(frozen=True, slots=True)
class Messages:
    """A round's messages: `sends` and `receives` have the arrays of bytes for each peer.

    `packed` are the staging arrays to fill before the round, each with its value's planes and its mask. `unpacked` are
    the staging arrays to spread out after the round, each with its value's planes.
    """

    sends: Pieces
    receives: Pieces
    packed: list[tuple[Array, Array, int]]
    unpacked: list[tuple[Array, Array]]

    def pack(self) -> None:
        """Fills the staging slots of what is sent."""
        for staged, words, mask in self.packed:
            copy(staged, words)
            _clear_padding.run(staged.reshape(-1), staged.shape[1], mask)

    def unpack(self) -> None:
        """Spreads out the staging slots of what was received."""
        for staged, words in self.unpacked:
            copy(words, staged)

    def views(self) -> tuple[Views, Views]:
        """The bytes that are sent and received, as `Transport.exchange` takes them."""
        sends, receives = (
            [(peer, [piece.data for piece in pieces]) for peer, pieces in messages]
            for messages in (self.sends, self.receives)
        )
        return sends, receives


def bind_messages(instruction: Round, slots: Sequence[Array]) -> Messages:
    """The messages of a round whose values lie in `slots`."""
    packed = {
        piece: (slots[piece.staging], _planes(slots, piece), piece.mask)
        for _, pieces in instruction.sends
        for piece in pieces
        if piece.staging is not None
    }
    unpacked = [
        (slots[piece.staging], _planes(slots, piece))
        for _, pieces in instruction.receives
        for piece in pieces
        if piece.staging is not None
    ]
    return Messages(
        sends=[(peer, _pieces(pieces, slots)) for peer, pieces in instruction.sends],
        receives=[(peer, _pieces(pieces, slots)) for peer, pieces in instruction.receives],
        packed=list(packed.values()),
        unpacked=unpacked,
    )


def sent_slots(instruction: Round) -> Iterator[int]:
    """The slots whose bytes are sent. A slot comes once for each receiver."""
    for _, pieces in instruction.sends:
        for piece in pieces:
            yield piece.value if piece.staging is None else piece.staging


def _pieces(pieces: tuple[Piece, ...], slots: Sequence[Array]) -> list[Array]:
    """The bytes of each value. Values without elements are left out."""
    arrays = [slots[piece.value if piece.staging is None else piece.staging] for piece in pieces]
    return [array.reshape(-1).view(np.uint8) for array in arrays if array.size]


def _planes(slots: Sequence[Array], piece: Piece) -> Array:
    """The bytes of each plane that belong to elements, not to padding: one row for each plane."""
    assert piece.staging is not None
    return slots[piece.value].view(np.uint8)[:, : slots[piece.staging].shape[1]]
