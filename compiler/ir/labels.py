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
    """How well a value is known. `owner` is the role (or member, `farmers[3]`) that knows an OWNED value, else None.

    The owner `farmers[*]` stands for the members of a role, each of whom knows its own row. Nobody knows all rows.
    """

    knowledge: Knowledge
    owner: str | None = None

    def __str__(self) -> str:
        return f"owned({self.owner})" if self.owner is not None else self.knowledge.name.lower()

    @property
    def is_public(self) -> bool:
        """Whether everyone knows the value, at compile time or while the program runs."""
        return self.knowledge <= Knowledge.REVEALED

    @property
    def is_each(self) -> bool:
        """Whether each member of a role knows its own row, and nobody all of them."""
        return self.owner is not None and self.owner.endswith(_EACH)

    @property
    def owner_words(self) -> str:
        """The owner in a message."""
        return f"each of {str(self.owner).removesuffix(_EACH)}" if self.is_each else str(self.owner)

    @property
    def is_clear(self) -> bool:
        """Whether somebody can compute the value without a protocol."""
        return self.knowledge <= Knowledge.OWNED


_EACH = "[*]"

STATIC = Label(Knowledge.STATIC)
REVEALED = Label(Knowledge.REVEALED)
SECRET = Label(Knowledge.SECRET)


def owned(role: str) -> Label:
    """The label of a value that `role` can compute alone."""
    return Label(Knowledge.OWNED, role)


def each_of(role: str) -> str:
    """The name of all members of `role`: the owner of an input to which each gives a row, or who is told something."""
    return f"{role}{_EACH}"


def spoken_of(owner: str, roles: Iterable[str]) -> list[str]:
    """Those of the roles that a name means: for `farmers[*]` all members."""
    if not owner.endswith(_EACH):
        return [owner]
    member = owner.removesuffix(_EACH) + "["
    return [role for role in roles if role.startswith(member)]


def join(labels: Iterable[Label]) -> Label:
    """The label of a value that may become any of the values with these labels. STATIC if there are none."""
    result = STATIC
    for label in labels:
        if label.knowledge is Knowledge.OWNED and result.knowledge is Knowledge.OWNED and label != result:
            return SECRET
        if label.knowledge > result.knowledge:
            result = label
    return result


def computed_from(labels: Iterable[Label]) -> Label:
    """The label of a value computed from values with these labels.

    What is computed from members' rows may depend on rows of several members, so nobody knows it.
    """
    result = join(labels)
    return SECRET if result.is_each else result
