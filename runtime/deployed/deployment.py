"""Who takes part where. In: `parties.toml`, the same file at every party. Out: a `Deployment`.

protocol = "rep3"
[nodes.clinic]
address = "10.0.0.1:7300"
listen = "192.168.0.7:7300"
fingerprint = "sha256:..."
[roles]
patients = "clinic"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..transport.base import Address

MEETING_SECONDS = 600.0
"""How long parties wait for each other. People start the parties by hand, one after the other."""

_NAME = re.compile(r"\w+\Z")
_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}\Z")
_ADDRESS = re.compile(r"(\[(?P<ipv6>[0-9a-fA-F:]+)\]|(?P<host>[^\s:\[\]]+)):(?P<port>\d{1,5})\Z")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A protocol and its nodes, in the file's order: their names, addresses and certificates' fingerprints.

    A role sits on the node that `roles` says, or else on the node of its own name.
    """

    protocol: str
    names: tuple[str, ...]
    addresses: tuple[Address, ...]
    fingerprints: tuple[str, ...]
    roles: Mapping[str, str]
    listens: tuple[Address | None, ...] = ()
    """Where nodes wait for calls, if that is not at their addresses."""

    def __post_init__(self) -> None:
        if not self.listens:
            object.__setattr__(self, "listens", (None,) * len(self.names))

    def with_last(self, name: str) -> Deployment:
        """The same deployment with the node of this name moved to the end."""
        order = sorted(range(len(self.names)), key=lambda number: self.names[number] == name)
        return replace(
            self,
            names=tuple(self.names[number] for number in order),
            addresses=tuple(self.addresses[number] for number in order),
            fingerprints=tuple(self.fingerprints[number] for number in order),
            listens=tuple(self.listens[number] for number in order),
        )

    def number(self, name: str) -> int:
        """The number of a node. Raises `UsageError` if no node has this name."""
        if name not in self.names:
            raise UsageError(f"there is no node {name!r}; the nodes are {', '.join(self.names)}")
        return self.names.index(name)


def is_name(text: str) -> bool:
    """Whether `text` may be the name of a node."""
    return _NAME.match(text) is not None


def read_deployment(path: Path) -> Deployment:
    """The deployment that a file describes. Raises a `UsageError` that says which entry is wrong, and how."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    try:
        return _deployment(content)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _deployment(content: dict[str, Any]) -> Deployment:
    _only(content, "the file", {"protocol", "nodes", "roles"})
    nodes = content.get("nodes")
    if not isinstance(nodes, dict) or not nodes:
        raise UsageError("no node is described; expected a table [nodes.NAME] for each")
    for name, node in nodes.items():
        if not is_name(name) or not isinstance(node, dict):
            raise UsageError(f"[nodes.{name}] is not the table of a node")
        _only(node, f"[nodes.{name}]", {"address", "fingerprint", "listen"})
    roles = content.get("roles", {})
    if not isinstance(roles, dict):
        raise UsageError("[roles] is not a table")
    for role, node in roles.items():
        if node not in nodes:
            raise UsageError(f"[roles] {role} sits on {node!r}, which is no node")
    return Deployment(
        protocol=_text(content, "the file", "protocol"),
        names=tuple(nodes),
        addresses=tuple(_address(name, node, "address") for name, node in nodes.items()),
        fingerprints=tuple(
            _fingerprint(name, _text(node, f"[nodes.{name}]", "fingerprint")) for name, node in nodes.items()
        ),
        roles=roles,
        listens=tuple(_address(name, node, "listen") if "listen" in node else None for name, node in nodes.items()),
    )


def _only(table: dict[str, Any], where: str, known: set[str]) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"{where} has {key!r}, which means nothing; expected {', '.join(sorted(known))}")


def _text(table: dict[str, Any], where: str, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise UsageError(f"{where} has no {key}" if value is None else f"{key} of {where} is not a text")
    return value


def _address(name: str, node: dict[str, Any], key: str) -> Address:
    text = _text(node, f"[nodes.{name}]", key)
    match = _ADDRESS.match(text)
    if match is None or not 0 < int(match["port"]) < 1 << 16:
        raise UsageError(f"{key} of [nodes.{name}] is {text!r}; expected HOST:PORT, or [IPV6]:PORT")
    return match["ipv6"] or match["host"], int(match["port"])


def _fingerprint(name: str, text: str) -> str:
    if not _FINGERPRINT.match(text):
        raise UsageError(f"fingerprint of [nodes.{name}] is not 'sha256:' and 64 hexadecimal digits")
    return text
