"""Source names for values, for people. In: a region and names. Out: the same region with values so named."""

from collections.abc import Mapping
from dataclasses import replace

from .program import Operation, Region, Value


def renamed(region: Region, names: Mapping[Value, str]) -> Region:
    """The region with `names` given to its values; values without one keep theirs."""
    made: dict[Value, Value] = {}

    def value(old: Value) -> Value:
        return made.get(old, old)

    def bound(old: Value) -> Value:
        if old in names:
            made[old] = replace(old, name=names[old])
        return value(old)

    def inside(old: Region) -> Region:
        arguments = tuple(map(bound, old.arguments))
        operations = tuple(map(operation, old.operations))
        return Region(arguments, operations, tuple(map(value, old.results)))

    def operation(old: Operation) -> Operation:
        operands = tuple(map(value, old.operands))
        regions = tuple(map(inside, old.regions))
        return replace(old, operands=operands, regions=regions, results=tuple(map(bound, old.results)))

    return inside(region)
