"""What a program is compiled for: a protocol, the parties, who sits where. In: a protocol, roles. Out: `Target`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Network:
    """The network that costs are planned for: round-trip time in milliseconds, bandwidth in megabits per second."""

    round_trip: float
    bandwidth: float


NETWORKS = {"lan": Network(0.5, 1000.0), "wan": Network(50.0, 100.0)}

LOOPBACK = Network(0.0, 30_000.0)
"""The network between processes of one machine."""


PREPROCESSINGS = ("dealer",)
"""The ways to prepare correlated randomness."""


class Needs(Protocol):
    """What a protocol asks of those who take part."""

    name: str
    needs_preprocessing: bool

    def nodes_for(self, roles: int, /) -> int:
        """How many nodes a program of so many roles runs on."""


@dataclass(frozen=True, slots=True)
class Target:
    """`parties` are the protocol's nodes (`nodes` of them), then clients; `roles` maps each role to its party.

    With `preprocessing` by a dealer, the dealer is the last of the parties: see `Graph`.
    """

    protocol: str
    parties: tuple[str, ...]
    nodes: int
    roles: dict[str, int]
    optimize: int = 2
    network: Network = NETWORKS["lan"]
    preprocessing: str = ""

    @classmethod
    def of(
        cls,
        protocol: Needs,
        roles: Sequence[str],
        *,
        nodes: int | None = None,
        placement: Placement | None = None,
        optimize: int = 2,
        network: Network = NETWORKS["lan"],
        preprocessing: str = "",
    ) -> Target:
        """A protocol for these roles: by a deployment's own plan, or as `place_roles` has it.

        Without `nodes`, the protocol says how many there are; where it needs preprocessing, that is by the first of
        `PREPROCESSINGS` unless another one is named. Raises ValueError for a role that sits with no party.
        """
        preparer = (preprocessing or PREPROCESSINGS[0]) if protocol.needs_preprocessing else ""
        if placement is not None:
            nodes = nodes or protocol.nodes_for(len(placement.parties))
            parties = placement.everyone
            bases = dict.fromkeys(map(base_name, roles))
            sits = {base: parties.index(placement.party_of(base)) for base in bases}
            places = {role: sits[base_name(role)] for role in roles}
        else:
            nodes = nodes or protocol.nodes_for(sum(not is_member(role) for role in roles))
            parties, places = place_roles(roles, nodes)
            parties = add_dealer(parties) if preparer == "dealer" else parties
        return cls(protocol.name, parties, nodes, places, optimize, network, preparer)

    def party_of(self, role: str) -> int:
        """The party that a role, a member, or each member of a role (`farmers[*]`) sits with."""
        return self.roles[role if role in self.roles else f"{base_name(role)}[0]"]

    @property
    def dealers(self) -> range:
        """The parties that prepare randomness and do nothing else."""
        return range(len(self.parties) - (self.preprocessing == "dealer"), len(self.parties))


def place_roles(roles: Sequence[str], nodes: int) -> tuple[tuple[str, ...], dict[str, int]]:
    """Parties and places for a run without a deployment's own plan.

    As long as there are no more roles than nodes, each role is a node, and nodes without a role are called `helper`,
    `helper2`, ... With more roles than nodes, no role is preferred: the nodes are `node0`, `node1`, ..., and every role
    is a client that gives its inputs as shares and gets its outputs.

    The members of a `parties` role are clients in any case, and sit with one party of the role's name. Where there are
    no other roles, the nodes are `node0`, `node1`, ...
    """
    singles = [role for role in roles if not is_member(role)]
    groups = list(dict.fromkeys(base_name(role) for role in roles if is_member(role)))
    if len(singles) <= nodes and (singles or not groups):
        helpers = (name for name in _helpers() if name not in singles and name not in groups)
        parties = (*singles, *islice(helpers, nodes - len(singles)), *groups)
    else:
        numbered = (name for name in (f"node{index}" for index in count()) if name not in singles + groups)
        parties = (*islice(numbered, nodes), *dict.fromkeys(map(base_name, roles)))
    numbers = {name: number for number, name in enumerate(parties)}
    return parties, {role: numbers[base_name(role)] for role in roles}


@dataclass(frozen=True, slots=True)
class Placement:
    """A deployment's own plan: its parties, the protocol's nodes first, and the party that each role sits with.

    A role that `sits` does not name sits with the party of its own name. The `dealer` is not among the parties.
    """

    parties: tuple[str, ...]
    sits: Mapping[str, str]
    dealer: str = ""

    @property
    def everyone(self) -> tuple[str, ...]:
        """The parties, and the dealer if there is one."""
        return (*self.parties, self.dealer) if self.dealer else self.parties

    def party_of(self, role: str) -> str:
        """The party that a role, or all members of a role, sits with. It may be a name that no party has."""
        return self.sits.get(role, role)


def is_member(role: str) -> bool:
    """Whether the role is a member of a `parties` role: `farmers[3]`."""
    return "[" in role


def base_name(name: str) -> str:
    """The name of the input or role that `name` is a member of: `bids` for `bids[3]`."""
    return name.partition("[")[0]


def add_dealer(parties: tuple[str, ...]) -> tuple[str, ...]:
    """The parties and a dealer, whose name none of them has."""
    numbered = (f"dealer{index}" for index in count(2))
    return (*parties, next(name for name in chain(("dealer",), numbered) if name not in parties))


def _helpers() -> Iterator[str]:
    yield "helper"
    yield from (f"helper{index}" for index in count(2))
