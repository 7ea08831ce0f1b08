"""Whoever is told how a run goes on. In: functions to call. Out: progress and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

_SLOW_SECONDS = 1.0
"""Loading kernels from the cache on disk takes less; more means that they are being compiled."""


def _ignore(*_: object) -> None:
    """The function of a watcher that ignores what it is told."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whoever is told how a run goes on: `progress` hears rounds done and rounds in all, `notice` a line of text."""

    progress: Callable[[int, int], None] = _ignore
    notice: Callable[[str], None] = _ignore


UNWATCHED = Watcher()


def told_if_slow(watcher: Watcher) -> Callable[[int, int], None]:
    """A function that hears how many kernels are ready, of how many, and tells the watcher if that takes long."""
    begin = monotonic()
    told = False

    def progress(done: int, total: int) -> None:
        nonlocal told
        if monotonic() - begin > _SLOW_SECONDS and done < total:
            if not told:
                watcher.notice("compiling kernels (first run only)")
                told = True
            watcher.progress(done, total)

    return progress
