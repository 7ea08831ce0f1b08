"""What goes through a pipe comes out as it was."""

from multiprocessing import Pipe
from threading import Thread

import numpy as np
from tacit.runtime.local.parcel import Parcel, receive_result, send_result
from tacit.runtime.run.party import PartyResult


def test_a_result_arrives_as_it_was() -> None:
    ours, theirs = Pipe()
    block = np.arange(1 << 18, dtype=np.uint64)
    outputs = {"alice": {"one": np.array(7), "none": np.empty((0, 3), np.int64)}, "": {"across": block[::7]}}
    kept = {"share/0": block[1000:200_000].reshape(-1, 2), "share/1": np.array([True, False])}
    result = PartyResult(outputs, kept, 1, 2, 3, 4, 5.0, 6.0, 7.0)
    sender = Thread(target=send_result, args=(theirs, result))
    sender.start()
    parcel = ours.recv()
    assert isinstance(parcel, Parcel)
    arrived = receive_result(ours, parcel)
    sender.join()
    assert arrived.rounds == 1 and arrived.seconds == 7.0
    assert arrived.kept.keys() == kept.keys() and arrived.outputs.keys() == outputs.keys()
    both = [(arrived.kept, kept), *((arrived.outputs[role], outputs[role]) for role in outputs)]
    for found, expected in both:
        assert found.keys() == expected.keys()
        for name, array in expected.items():
            assert np.array_equal(found[name], array)
            assert found[name].dtype == array.dtype and found[name].shape == array.shape
    arrived.kept["share/0"][:] = 0
    assert block[1000] == 1000
