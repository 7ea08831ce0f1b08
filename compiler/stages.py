"""Running stages, and reporting each of them. In: a stage and a `Watch`. Out: what the stage makes."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Stage:
    """A finished stage: what it made, and the processor seconds that it took."""

    name: str
    made: object
    seconds: float


Watch = Callable[[Stage], None]
"""Is called with each stage when the stage is done."""


def unwatched(stage: Stage) -> None:
    """A watch that reports to nobody."""


def both(first: Watch, second: Watch) -> Watch:
    """A watch that reports to two others, one after the other."""

    def watch(stage: Stage) -> None:
        first(stage)
        second(stage)

    return watch


def timed(watch: Watch, stage: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Runs a stage, reports it under its name with its time, and returns what it makes."""
    begin = process_time()
    made = stage(*arguments, **named)
    watch(Stage(stage.__name__, made, process_time() - begin))
    return made
