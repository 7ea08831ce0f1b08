"""Running stages one after the other, and telling of each. In: stages, and who wants to hear. Out: what they make."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage when it is done: what it made, and the processor seconds that it took."""

    name: str
    made: object
    seconds: float


Watch = Callable[[Stage], None]
"""Hears of each stage when it is done."""


def unwatched(stage: Stage) -> None:
    """Tells nobody."""


def both(first: Watch, second: Watch) -> Watch:
    """Tells two, one after the other."""

    def watch(stage: Stage) -> None:
        first(stage)
        second(stage)

    return watch


def timed(watch: Watch, stage: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What a stage gives, with its time told under its name."""
    begin = process_time()
    made = stage(*arguments, **named)
    watch(Stage(stage.__name__, made, process_time() - begin))
    return made
