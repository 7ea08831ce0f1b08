"""What a party of a deployment tells the others of its inputs, as JSON: shapes and manifests of shares, never values.

In: `Facts`. Out: what `json` can write. And back: there, every word of a peer is checked.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..graph.nodes import Declaration
from .owner import Facts
from .shares import manifest_of
from .sizes import Found

_MOST = 1 << 40
"""The most elements along an axis."""

_MOST_MEMBERS = 1 << 20
"""The most members of a role, each of which has a name."""

_LONGEST = 256
"""The most characters of a name."""


class UntoldError(Exception):
    """A peer speaks of inputs or roles that are not its own, or makes no sense."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one party tells: its `facts`, and in `counts` how many members its `parties` roles have.

    `nonce` is random. The nonces of all parties together name the run.
    """

    facts: Facts
    counts: Mapping[str, int]
    nonce: str


def to_json(told: Told) -> dict[str, Any]:
    """The JSON value that `from_json` reads."""
    return {
        "found": [[one.declaration.name, list(one.shape)] for one in told.facts.found],
        "manifests": [asdict(one) for one in told.facts.manifests],
        "counts": dict(told.counts),
        "nonce": told.nonce,
    }


def from_json(words: Any, declarations: Iterable[Declaration], roles: Container[str]) -> Told:
    """What a party tells in `words`. It may speak only of inputs in `declarations`, and count members only of `roles`.

    Raises `UntoldError`.
    """
    by_name = {each.name: each for each in declarations}
    try:
        found = tuple(_found(by_name[name], shape) for name, shape in words["found"])
        manifests = tuple(manifest_of(each) for each in words["manifests"])
        counts = {role: _number(count, _MOST_MEMBERS) for role, count in words["counts"].items()}
        _require(all(role in roles for role in counts))
        _require(all(_is_word(word) for each in manifests for word in (each.name, each.run, each.party)))
        _require(_is_word(words["nonce"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UntoldError from None
    return Told(Facts(found, manifests), counts, words["nonce"])


def _found(declared: Declaration, shape: Sequence[object]) -> Found:
    _require(len(shape) == len(declared.dimensions))
    return Found(declared, tuple(_number(size, _MOST) for size in shape), declared.role)


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError
    return value


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()


def _require(sound: bool) -> None:
    if not sound:
        raise ValueError
