"""Totals that a loop carries, in lanes: sums, conjunctions, disjunctions, extrema. In: values. Out: values."""

from dataclasses import replace

from ...ir.build import Builder
from ...ir.operations.table import OPERATIONS
from ...ir.program import Value
from ...ir.rewrite import fitted
from .carried import Role

LIMIT = 1 << 24
"""How many elements a loop's widest value may have once turns are lanes: 128 MB for each part of a share."""


def total(builder: Builder, name: str, initial: Value, terms: Value) -> Value:
    """`initial` combined with all terms, which lie along their first axis; in the type of `initial` or one like it."""
    whole = OPERATIONS[name].total
    if whole is not None:
        return builder.emit(name, initial, builder.emit(whole.reduction, terms, axis=0))
    shape = initial.type.shape
    terms = fitted(builder, terms, replace(initial, type=initial.type.with_shape((terms.type.shape[0], *shape))))
    first = builder.emit("reshape", initial, shape=(1, *shape))
    return builder.emit(name, builder.emit("concat", first, terms, axis=0), axis=0)


def combined(builder: Builder, role: Role, totals: Value, terms: Value) -> Value:
    """Each lane's total combined with its next term. Terms of a difference are added up and subtracted at the end."""
    aligned = terms
    missing = len(totals.type.shape) - len(terms.type.shape)
    if missing:
        lanes, *shape = terms.type.shape
        aligned = builder.emit("reshape", terms, shape=(lanes, *[1] * missing, *shape))
    whole = OPERATIONS[role.reduction].total
    if whole is not None:
        return builder.emit(whole.combine, totals, aligned)
    pair = (totals, aligned) if role.reduction == "min" else (aligned, totals)
    return builder.emit("select", builder.emit("less", *pair), totals, aligned)
