"""Source names for values, for people. In: a region and names. Out: the same region, with these names on its values.

Operations that do not involve a named value stay the same objects.
"""

from collections.abc import Mapping
from dataclasses import replace
from operator import is_

from .program import Operation, Region, Value


def renamed(region: Region, names: Mapping[Value, str]) -> Region:
    """The region with `names` given to its values. Values that are not in `names` keep their own."""
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
        results = tuple(map(value, old.results))
        is_same = all(map(is_, (*arguments, *operations, *results), (*old.arguments, *old.operations, *old.results)))
        return old if is_same else Region(arguments, operations, results)

    def operation(old: Operation) -> Operation:
        operands = tuple(map(value, old.operands))
        regions = tuple(map(inside, old.regions))
        results = tuple(map(bound, old.results))
        is_same = all(map(is_, (*operands, *regions, *results), (*old.operands, *old.regions, *old.results)))
        return old if is_same else replace(old, operands=operands, regions=regions, results=results)

    return inside(region)
