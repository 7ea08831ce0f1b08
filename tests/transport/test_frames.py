"""Headers of messages: what is accepted, and what a peer is told to have done otherwise."""

import pytest
from tacit.runtime.transport.frames import (
    HEADER_BYTES,
    FrameError,
    check_farewell,
    check_message,
    farewell_header,
    message_header,
)


@pytest.mark.parametrize(("round", "length"), [(0, 0), (1, 8), (2**63, 2**40)])
def test_a_header_says_round_and_length(round: int, length: int) -> None:
    header = message_header(round, length)
    assert len(header) == HEADER_BYTES
    check_message(header, round, length)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (message_header(3, 9), "sent 9 bytes of round 3, expected 8 of round 3"),
        (message_header(4, 8), "sent 8 bytes of round 4, expected 8 of round 3"),
        (message_header(3, 2**63), "sent 9223372036854775808 bytes"),
        (farewell_header(), "has finished already"),
        (bytes(HEADER_BYTES), "not a message of this version"),
        (message_header(3, 8)[:4] + b"\x07" + message_header(3, 8)[5:], "not a message of this version"),
    ],
)
def test_any_other_header_is_a_disagreement(header: bytes, words: str) -> None:
    with pytest.raises(FrameError, match=f"^disagreed: .*{words}"):
        check_message(header, 3, 8)


def test_a_message_is_no_farewell() -> None:
    check_farewell(farewell_header())
    with pytest.raises(FrameError, match="a message of round 5 after the last round"):
        check_farewell(message_header(5, 1))
