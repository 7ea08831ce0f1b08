"""How long kernels take, roughly: a time for each call and a time for each unit of its work.

In: a kernel and the types of its arrays. Out: seconds, from the table `times.json`. `python -m tacit.calibrate`
measures this table once, on one core of the machine where it runs. Rough times are enough for a plan, because kernels
differ by factors of a thousand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod
from typing import Any

import numpy as np

from .nodes import ValueType
from .views import offset_of

ROUND = "round"
"""Entry of the table: the time of a party's own work in a round, besides its network."""

CALL = "call"
"""Entry of the table: how much longer each call takes in a run than alone, because caches go cold in between."""

START = "start"
"""Entry of the table: how much longer the first round takes, because parties are not ready at the same moment."""

FIRST = "first"
"""Entry of the table: how much longer the first call of each kernel in a run takes than later calls."""

DEAL = "deal"
"""Entry of the table: the time that a dealer needs for each value besides its randomness and kernels."""

ANY = "any"
"""Entry of the table for all kernels without an entry of their own."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The nanoseconds of a call, and of each unit of `work`."""

    call: float
    unit: float


@dataclass(frozen=True, slots=True)
class Times:
    """The table: a rate for each kernel, and for each source of randomness under `random.<source>`."""

    rates: Mapping[str, Rate]

    def seconds(
        self, name: str, inputs: Sequence[ValueType], output: ValueType, attributes: Mapping[str, Any] | None = None
    ) -> float:
        """The seconds of one call of a kernel, or of one draw of `random.<source>`. A view takes none."""
        if inputs and offset_of(name, attributes or {}, inputs[0], output) is not None:
            return 0.0
        rate = self.rates.get(name, self.rates[ANY])
        return self._extra(CALL) + (rate.call + rate.unit * work(name, inputs, output, attributes or {})) * 1e-9

    @property
    def under_way(self) -> Times:
        """The table of a run that has begun: no round is the first one, and no kernel's call."""
        return Times({name: rate for name, rate in self.rates.items() if name not in (START, FIRST)})

    @property
    def first(self) -> float:
        """How many seconds longer a kernel's first call takes."""
        return self._extra(FIRST)

    @property
    def start(self) -> float:
        """How many seconds longer the first round takes."""
        return self._extra(START)

    @property
    def deal(self) -> float:
        """The seconds of a dealt value besides its randomness and kernels."""
        return self._extra(DEAL)

    @property
    def round(self) -> float:
        """The seconds of a round besides its network."""
        return self._extra(ROUND)

    def _extra(self, entry: str) -> float:
        return self.rates[entry].call * 1e-9 if entry in self.rates else 0.0


def work(name: str, inputs: Sequence[ValueType], output: ValueType, attributes: Mapping[str, Any]) -> int:
    """The units of work of a call: products of numbers for a matrix product, products of words for sums of bit
    products, else the bytes that the call reads and writes."""
    if name.endswith("matmul") and inputs:
        return output.size * (inputs[0].shape[-1] if inputs[0].shape else 1)
    if name.endswith(".dot") and inputs:
        return len(attributes["left"]) * inputs[0].words
    return sum(_bytes(each) for each in (output, *inputs))


def _bytes(type: ValueType) -> int:
    return prod(type.array_shape) * np.dtype(type.dtype).itemsize


@cache
def load_times() -> Times:
    """The table that is installed with this package."""
    return from_json((files(__package__) / "times.json").read_text(encoding="utf-8"))


def from_json(text: str) -> Times:
    """The table in the text of its file."""
    return Times({name: Rate(*rate) for name, rate in json.loads(text).items()})


def to_json(times: Times) -> str:
    """A table as the text of its file, with a line for each kernel."""
    lines = (f"  {json.dumps(name)}: [{rate.call:.0f}, {rate.unit:.4g}]" for name, rate in sorted(times.rates.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"
