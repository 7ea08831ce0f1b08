"""A read of an array just written becomes the value that was written, or a read of the array before the write.

Before:                                                     After:
    %1 = update_at(%x, %v, %i) axes=[0]                         %1 = update_at(%x, %v, %i) axes=[0]
    %2 = slice_at(%1, %i) axes=[0] sizes=[1]                    ... %v ...
    %3 = slice_at(%1, %j) axes=[0] sizes=[1]                    %3 = slice_at(%x, %j) axes=[0] sizes=[1]

%3 reads %x if %j is known to be another place than %i in all turns. A turn of a loop then waits for less of the turn
before.

Assumes nothing. Ensures the same values.
"""

from collections.abc import Sequence

from ...ir.affine import affine
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, fitted, rewrite
from ..loops.accesses import access


def forward_updates(program: Program) -> Program:
    """The program with reads moved before writes that do not affect them."""
    return rewrite(program, _Forward().rule)


class _Forward:
    """`counts` has, for the value that counts a loop's turns, how many turns there are."""

    def __init__(self) -> None:
        self.counts: dict[Value, int] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation.name == "loop":
            self.counts[operation.regions[0].arguments[0]] = operation.attributes["count"]
        if operation.name != "slice_at":
            return None
        x, *starts = rewriter.operands(operation)
        read = Operation("slice_at", (x, *starts), operation.results, operation.span, operation.attributes)
        while (write := rewriter.builder.definition(read.operands[0])) is not None and write.name == "update_at":
            if self._is_same(rewriter, read, write):
                like = Value(
                    read.operands[0].type.with_shape(operation.results[0].type.shape), operation.results[0].label
                )
                return (fitted(rewriter.builder, write.operands[1], like),)
            if not self._is_elsewhere(rewriter, read, write):
                break
            read = Operation("slice_at", (write.operands[0], *starts), (), operation.span, operation.attributes)
        if read.operands[0].type.element != x.type.element:
            return None
        return None if read.operands[0] is x else rewriter.derive(operation, read.operands)

    def _is_same(self, rewriter: Rewriter, read: Operation, write: Operation) -> bool:
        if read.attributes["axes"] != write.attributes["axes"]:
            return False
        axes, part = write.attributes["axes"], write.operands[1]
        sizes = tuple(part.type.shape[axis] for axis in axes)
        pairs = zip(read.operands[1:], write.operands[2:], strict=True)
        definition = rewriter.builder.definition
        return sizes == read.attributes["sizes"] and all(
            one is other or affine(one, definition) == affine(other, definition) for one, other in pairs
        )

    def _is_elsewhere(self, rewriter: Rewriter, read: Operation, write: Operation) -> bool:
        touched, written = (access(each, self.counts, rewriter.builder.definition) for each in (read, write))
        if touched is None or written is None:
            return False
        for axis in touched.starts.keys() & written.starts.keys():
            apart = touched.starts[axis].plus(written.starts[axis], -1).bounds(self.counts)
            if apart is not None and (apart[0] >= written.sizes[axis] or apart[1] <= -touched.sizes[axis]):
                return True
        return False
