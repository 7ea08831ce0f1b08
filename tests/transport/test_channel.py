"""How connections are set up."""

import socket

from tacit.runtime.transport.channel import SocketChannel
from tacit.runtime.transport.connect import listen


def test_little_is_on_its_way_to_a_party_of_the_same_machine() -> None:
    with listen() as listener, socket.create_connection(listener.getsockname()) as caller:
        before = caller.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        SocketChannel(caller)
        assert caller.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        after = caller.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        assert before != after <= 1 << 20
