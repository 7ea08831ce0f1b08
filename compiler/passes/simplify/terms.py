"""What is known of values while a program is rewritten. In: a builder. Out: the `Terms` of identities."""

from typing import Any

import numpy as np

from ...ir.build import Builder
from ...ir.operations.row import Terms
from ...ir.program import Operation, Value
from ...ir.rewrite import fitted
from ...ir.types import ArrayType


class BuilderTerms(Terms):
    """Terms of the program that a builder writes."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def constant(self, value: Value) -> np.ndarray[Any, Any] | None:
        """See `Terms`."""
        operation = self.builder.definition(value)
        return operation.attributes["value"] if operation is not None and operation.name == "constant" else None

    def number(self, value: Value) -> int | None:
        """See `Terms`."""
        operation = self.builder.definition(value)
        while operation is not None and operation.name == "broadcast":
            operation = self.builder.definition(operation.operands[0])
        if operation is None or operation.name != "constant" or operation.attributes["value"].size != 1:
            return None
        return int(operation.attributes["value"].reshape(()))

    def definition(self, value: Value) -> Operation | None:
        """See `Terms`."""
        return self.builder.definition(value)

    def filled(self, number: int, type: ArrayType) -> Value:
        """See `Terms`."""
        scalar = self.builder.constant(number, type.with_shape(()))
        return self.builder.emit("broadcast", scalar, shape=type.shape) if type.shape else scalar

    def fitted(self, value: Value, like: Value) -> Value:
        """See `Terms`."""
        return fitted(self.builder, value, like)

    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """See `Terms`."""
        return self.builder.emit(name, *operands, **attributes)
