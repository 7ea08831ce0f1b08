"""Who knows a value (LANGUAGE, "Who knows what"): the label of every IR value, and how labels combine."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Knowledge(IntEnum):
    """Who knows a value, from all at compile time to nobody. The order is the order of `join`."""

    STATIC = 0
    REVEALED = 1
    OWNED = 2
    SECRET = 3


@dataclass(frozen=True, slots=True)
class Label:
    """How well a value is known. `owner` is the role (or member, `farmers[3]`) that knows an OWNED value, else None."""

    knowledge: Knowledge
    owner: str | None = None

    def __str__(self) -> str:
        return f"owned({self.owner})" if self.owner is not None else self.knowledge.name.lower()

    @property
    def is_public(self) -> bool:
        """Whether everyone knows the value, at compile time or while the program runs."""
        return self.knowledge <= Knowledge.REVEALED

    @property
    def is_clear(self) -> bool:
        """Whether somebody can compute the value without a protocol."""
        return self.knowledge <= Knowledge.OWNED


STATIC = Label(Knowledge.STATIC)
REVEALED = Label(Knowledge.REVEALED)
SECRET = Label(Knowledge.SECRET)


def owned(role: str) -> Label:
    """The label of a value that `role` can compute alone."""
    return Label(Knowledge.OWNED, role)


def join(labels: Iterable[Label]) -> Label:
    """The label of a value computed from values with these labels. STATIC if there are none."""
    result = STATIC
    for label in labels:
        if label.knowledge is Knowledge.OWNED and result.knowledge is Knowledge.OWNED and label != result:
            return SECRET
        if label.knowledge > result.knowledge:
            result = label
    return result
