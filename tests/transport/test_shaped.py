"""When messages arrive over a shaped transport, by a clock that the test sets."""

from collections.abc import Sequence

from tacit.runtime.transport import memory
from tacit.runtime.transport.shaped import Shape, ShapedTransport

MILLISECOND = 1_000_000


class Clock:
    """Time passes only where somebody looks at it and waits: a step each look."""

    def __init__(self) -> None:
        self.time = 10**12
        self.step = 0

    def __call__(self) -> int:
        self.time += self.step
        return self.time


def moments(messages: Sequence[int], shape: Shape) -> list[int]:
    """When each message of so many bytes, all sent at once, has arrived, in milliseconds after that."""
    sending, receiving = memory.connect(("a", "b"))
    clock, begin = Clock(), 10**12
    sender = ShapedTransport(sending, shape, clock)
    for round, length in enumerate(messages, 1):
        sender.exchange([(1, [memoryview(bytes(length))])], [], round)
    clock.step = MILLISECOND // 100
    receiver = ShapedTransport(receiving, shape, clock)
    arrived = []
    for round, length in enumerate(messages, 1):
        receiver.exchange([], [(0, [memoryview(bytearray(length))])], round)
        arrived.append(round_down(clock.time - begin))
    return arrived


def round_down(nanoseconds: int) -> int:
    return nanoseconds // MILLISECOND


def test_a_message_takes_the_delay_and_its_bytes() -> None:
    assert moments([0], Shape(0.005, 1e6)) == [5]
    assert moments([2000], Shape(0.005, 1e6)) == [7]


def test_messages_of_one_link_queue() -> None:
    assert moments([1000, 3000, 0], Shape(0.005, 1e6)) == [6, 9, 9]


def test_links_do_not_share() -> None:
    group = memory.connect(("a", "b", "c"))
    clock = Clock()
    sender, *receivers = (ShapedTransport(each, Shape(0.001, 1e6), clock) for each in group)
    content = memoryview(bytes(2000))
    sender.exchange([(1, [content]), (2, [content])], [], 1)
    clock.step = MILLISECOND // 100
    receivers[0].exchange([], [(0, [memoryview(bytearray(2000))])], 1)
    assert round_down(clock.time - 10**12) == 3
    receivers[1].exchange([], [(0, [memoryview(bytearray(2000))])], 1)
    assert round_down(clock.time - 10**12) == 3


def test_an_idle_link_saves_nothing_up() -> None:
    sending, receiving = memory.connect(("a", "b"))
    clock = Clock()
    sender = ShapedTransport(sending, Shape(0.0, 1e6), clock)
    sender.exchange([(1, [memoryview(bytes(1000))])], [], 1)
    clock.time += 50 * MILLISECOND
    sender.exchange([(1, [memoryview(bytes(1000))])], [], 2)
    clock.step = MILLISECOND // 100
    receiver = ShapedTransport(receiving, Shape(0.0, 1e6), clock)
    for round in (1, 2):
        receiver.exchange([], [(0, [memoryview(bytearray(1000))])], round)
    assert round_down(clock.time - 10**12) == 51
