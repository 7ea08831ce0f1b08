"""Measures how fast two owners match keys, and how fast the curve under it is. In: sizes. Out: rates, seconds, memory.

`python -m tacit.bench.private_matching [ROWS]` prints all measurements.
"""

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time

import numpy as np

from ..runtime.alignment.base import Keys
from ..runtime.alignment.private_id import NATIVES as MATCHING_NATIVES
from ..runtime.alignment.private_id import match
from ..runtime.kernels import warm
from ..runtime.kernels.curve.group import CURVE, PORTABLE, Implementation, clamped
from ..runtime.randomness.fresh import fresh_bytes
from ..runtime.randomness.rows import NATIVES as ORDER_NATIVES
from ..runtime.transport.connect import Meeting, connect, listen
from ..runtime.transport.hello import SharedToken

_NAMES = ("ann", "bob")
_POINT = 32
_NATIVES = (*ORDER_NATIVES, *MATCHING_NATIVES)


@dataclass(frozen=True, slots=True)
class CurveSpeed:
    """Operations a second on one core. `times_openssl` is the median ratio of measurements that follow each other."""

    multiplications: float
    maps: float
    openssl: float
    times_openssl: float


@dataclass(frozen=True, slots=True)
class MatchingSpeed:
    """How two owners with `rows` rows each, half of which match, fared over loopback.

    `seconds` are from meeting to result. `multiplications` are those of the curve in a second of one core's time, which
    includes all other work. `peak_bytes` is the most memory that a party held, with inputs and results.
    """

    rows: int
    seconds: float
    multiplications: float
    peak_bytes: int


def curve_speed(points: int = 1 << 13, repeats: int = 9) -> CurveSpeed:
    """Measures this machine's implementation and OpenSSL's in turns, so that other load slows both."""
    some = np.frombuffer(fresh_bytes(_POINT * points), np.uint8).reshape(points, _POINT)
    few = some[: points // 16]
    warm((), CURVE.needs)

    def multiplications(curve: Implementation, count: int) -> float:
        scalar = clamped(fresh_bytes(_POINT))
        return _rate(lambda: curve.multiply(scalar, some[:count]), count)

    ours, theirs, maps = [], [], []
    for _ in range(repeats):
        ours.append(multiplications(CURVE, points))
        theirs.append(multiplications(PORTABLE, len(few)))
        maps.append(_rate(lambda: CURVE.map_to_curve(some), points))
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return CurveSpeed(median(ours), median(maps), median(theirs), median(ratios))


def _rate(function: Callable[[], object], count: int) -> float:
    begin = perf_counter()
    function()
    return count / (perf_counter() - begin)


def matching_speed(rows: int) -> MatchingSpeed:
    """Measures two owners as processes of this machine. Kernels are loaded before the clock starts."""
    warm((), _NATIVES)
    token = fresh_bytes(32)
    context = get_context("spawn")
    pipes = [context.Pipe() for _ in _NAMES]
    owners = [
        context.Process(target=_own, args=(party, rows, token, pipe), daemon=True)
        for party, (_, pipe) in enumerate(pipes)
    ]
    for owner in owners:
        owner.start()
    for _, pipe in pipes:
        pipe.close()  # so that the wait below ends when an owner fails
    ends = [pipe for pipe, _ in pipes]
    addresses = [end.recv() for end in ends]
    for end in ends:
        end.send(addresses)
    results = [end.recv() for end in ends]
    for owner in owners:
        owner.join()
    seconds, busy, peaks = zip(*results, strict=True)
    return MatchingSpeed(rows, max(seconds), 2 * rows / max(busy), max(peaks))


def _own(party: int, rows: int, token: bytes, pipe: Connection) -> None:
    """One owner: sends its address, receives both addresses, matches keys, and sends what that took."""
    warm((), _NATIVES)
    start = party * (rows // 2)
    keys = Keys(((np.arange(start, start + rows) * 0x9E3779B97F4A7C1).astype(np.int64),))
    listener = listen()
    pipe.send(listener.getsockname())
    addresses = dict(enumerate(pipe.recv()))
    transport = connect(Meeting(party, _NAMES, addresses, {}, SharedToken(token)), listener)
    before = _peak()
    begin, busy = perf_counter(), process_time()
    found = match(transport, party, 1 - party, keys, rows, _NAMES[1 - party])
    seconds, busy = perf_counter() - begin, process_time() - busy
    assert found.matched == rows - rows // 2
    transport.finish()
    transport.close()
    pipe.send((seconds, busy, _peak() - before + keys.columns[0].nbytes))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Prints both measurements."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    curve = curve_speed()
    print(f"multiplications  {curve.multiplications:11,.0f} /s and core, {curve.times_openssl:.1f} x OpenSSL's X25519")
    print(f"maps to the curve{curve.maps:11,.0f} /s and core")
    found = matching_speed(rows)
    print(
        f"{found.rows:,} keys with {found.rows:,}: {found.seconds:.1f} s, {found.multiplications:,.0f} /s and core, ",
        end="",
    )
    print(f"{found.peak_bytes / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
