"""Declarations of tables for tests, and what becomes of a source."""

from typing import Any

import pytest
from tacit.runtime.data.read import read_input
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration

Columns = dict[str, list[Any]]


def column(kind: str, *more: int | str, default: int | None = None, **rest: Any) -> Declaration:
    scale = 16 if kind == "fixed" else 0
    return Declaration("", kind, ("rows(t)", *more), scale=scale, default=default, **rest)


def table(**columns: Declaration) -> list[Declaration]:
    return [
        Declaration(
            f"t.{name}", each.kind, each.dimensions, each.bits, each.scale, each.labels, table="t", steps=each.steps,
            default=each.default, heading=each.heading,
        )
        for name, each in columns.items()
    ]  # fmt: skip


def read(declarations: list[Declaration], source: object) -> Columns:
    arrays = read_input("t", declarations, source)
    return {name.removeprefix("t."): array.tolist() for name, array in arrays.items()}


def refusal(declarations: list[Declaration], source: object) -> str:
    with pytest.raises(InputError) as caught:
        read(declarations, source)
    return str(caught.value)
