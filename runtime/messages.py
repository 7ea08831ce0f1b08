"""From the values of a round to the bytes of its messages, in place wherever the bytes lie as they travel.

BITS whose planes end in padding are the exception: their planes are compacted into a staging slot before they leave,
with the padding bits of the last byte cleared, for those are arbitrary and must never leave a party.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .instructions import Piece, Round

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Messages:
    """A round's messages: where each peer's bytes lie, and what is compacted before and spread out after."""

    sends: list[tuple[int, list[memoryview]]]
    receives: list[tuple[int, list[memoryview]]]
    packed: list[tuple[Array, Array, int]]
    unpacked: list[tuple[Array, Array]]

    def pack(self) -> None:
        """Fills the staging slots of what is sent."""
        for staged, words, mask in self.packed:
            np.copyto(staged, words)
            staged[:, -1] &= mask

    def unpack(self) -> None:
        """Spreads out the staging slots of what was received."""
        for staged, words in self.unpacked:
            np.copyto(words, staged)


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
        sends=[(peer, _views(pieces, slots)) for peer, pieces in instruction.sends],
        receives=[(peer, _views(pieces, slots)) for peer, pieces in instruction.receives],
        packed=list(packed.values()),
        unpacked=unpacked,
    )


def values(instruction: Round) -> Iterator[int]:
    """The slots of all values of a round."""
    for _, pieces in (*instruction.sends, *instruction.receives):
        for piece in pieces:
            yield piece.value


def sent_slots(instruction: Round) -> Iterator[int]:
    """The slots whose bytes are sent, once for each receiver."""
    for _, pieces in instruction.sends:
        for piece in pieces:
            yield piece.value if piece.staging is None else piece.staging


def _views(pieces: tuple[Piece, ...], slots: Sequence[Array]) -> list[memoryview]:
    arrays = [slots[piece.value if piece.staging is None else piece.staging] for piece in pieces]
    return [array.reshape(-1).view(np.uint8).data for array in arrays if array.size]


def _planes(slots: Sequence[Array], piece: Piece) -> Array:
    """The bytes of each plane of a value that belong to elements."""
    assert piece.staging is not None
    return slots[piece.value].view(np.uint8)[:, : slots[piece.staging].shape[1]]
