"""Walks over the nodes of a graph, with the bodies of repeats. In: the nodes of one block. Out: an iterator.

    a, repeat 5 { b, exchange c, exchange d }, e

    every_node       a, repeat, b, c, d, e
    every_block      (a, repeat, e) once; (b, c, d) 5 times
    by_round         of the body: b, (c, d)

Every walk takes time in proportion to the nodes. A walk that keeps state for each block that it is inside (what is in
scope, where memory lies) recurses by itself. `Repeat` says which values go in and out of its body.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .nodes import Exchange, Node, Repeat


def every_node(nodes: Sequence[Node]) -> Iterator[Node]:
    """All nodes in order, a repeat before the nodes of its body."""
    pending = [iter(nodes)]
    while pending:
        for node in pending[-1]:
            yield node
            if isinstance(node, Repeat):
                pending.append(iter(node.body))
                break
        else:
            pending.pop()


@dataclass(frozen=True, slots=True)
class Block:
    """Nodes that run one after the other, `turns` times.

    A conditional repeat counts as one turn, because nobody knows its turns beforehand. The block `is_counted` if no
    such repeat is around it.
    """

    nodes: Sequence[Node]
    turns: int = 1
    is_counted: bool = True


def every_block(nodes: Sequence[Node]) -> Iterator[Block]:
    """The nodes as a block that runs once, then the bodies of repeats, each before the bodies inside it."""
    pending = [Block(nodes)]
    while pending:
        block = pending.pop()
        yield block
        inside = [node for node in block.nodes if isinstance(node, Repeat)]
        pending += [_body(node, block) for node in reversed(inside)]


def _body(node: Repeat, around: Block) -> Block:
    if node.count is None:
        return Block(node.body, around.turns, is_counted=False)
    return Block(node.body, around.turns * node.count, around.is_counted)


def by_round(nodes: Sequence[Node]) -> Iterator[Node | tuple[Exchange, ...]]:
    """The nodes of one block. Consecutive exchanges come together as a tuple, because they are one round."""
    together: list[Exchange] = []
    for node in nodes:
        if isinstance(node, Exchange):
            together.append(node)
            continue
        if together:
            yield tuple(together)
            together = []
        yield node
    if together:
        yield tuple(together)
