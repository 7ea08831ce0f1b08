"""A transport whose small rounds go over its sockets directly, as on a tape."""

from typing import Any

import numpy as np
from tacit.runtime.instructions import Skip
from tacit.runtime.tape.interpreter import ARRIVED, AT, FINISHED, PHASE, ROUNDS, STATE, STUCK, UNTIL, play
from tacit.runtime.tape.writer import Sockets, Writer
from tacit.runtime.transport.base import Begun, Receives, Sends
from tacit.runtime.transport.direct import CLOCK
from tacit.runtime.transport.tcp import TcpTransport


class DirectTransport:
    """Over TCP; whatever cannot be finished directly, TCP finishes."""

    def __init__(self, inner: TcpTransport) -> None:
        self._inner = inner
        self._sockets = Sockets.of(inner.direct())
        self.me, self.peers = inner.me, inner.peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        writer = Writer(self._sockets)
        outgoing, incoming = (
            [(peer, [np.frombuffer(piece, np.uint8) for piece in pieces]) for peer, pieces in messages]
            for messages in (sends, receives)
        )
        if not writer.can_send(outgoing, incoming):
            self._inner.exchange(sends, receives, round)
            return
        writer.round(outgoing, incoming, 0, Skip(0, 0))
        tape = writer.finish()
        state, clock, stopped = (np.zeros(size, np.int64) for size in (STATE, CLOCK, 1))
        state[ROUNDS], state[UNTIL] = round - 1, 2**62
        play.run(tape.words, state, self._sockets.watched, clock, stopped)
        if stopped[0] == STUCK:
            flows = tape.rounds[int(state[AT])][:2]
            begun: Any = ([(flow.peer, flow.stage.data, int(tape.words[flow.done])) for flow in each] for each in flows)
            self._inner.finish_exchange(*begun, round)
            state[PHASE] = ARRIVED
            play.run(tape.words, state, self._sockets.watched, clock, stopped)
        assert stopped[0] == FINISHED
        assert state[ROUNDS] == round

    def direct(self) -> dict[int, int]:
        return {}

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        self._inner.finish()

    def close(self) -> None:
        self._inner.close()
