"""How much memory there is for a run. In: what the system says. Out: bytes, or None where the system says nothing.

Counted as free is whatever a run could get before a process is ended for lack of memory: also pages that only cache
files, and swap space. So a run is never refused that would have fitted.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

_CONTENT = Path("sys/fs/cgroup")
_CACHED = ("inactive_file", "active_file", "slab_reclaimable")


def free_memory(root: Path = Path("/")) -> int | None:
    """The bytes that processes of this machine, and of this process's control groups, can still get together.

    `root` is the folder in which the system's files are.
    """
    machine = _numbers(root / "proc/meminfo", unit=1024)
    amounts = [found for folder in _groups(root) if (found := _free_in(folder)) is not None]
    swap = machine.get("SwapFree:", 0)
    if "MemAvailable:" in machine:
        amounts.append(machine["MemAvailable:"])
    return min(amounts) + swap if amounts else None


def address_space() -> int | None:
    """The most bytes that a process may have; None if there is no limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


def _groups(root: Path) -> Iterator[Path]:
    """The folders of this process's control groups that may limit memory, of both versions, from the inside out."""
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers in ("", "memory"):
            top = root / _CONTENT / controllers
            inner = top / path.lstrip("/")
            yield from (folder for folder in (inner, *inner.parents) if folder == top or top in folder.parents)


def _free_in(folder: Path) -> int | None:
    """The bytes left in a control group; None if it has no limit."""
    for limit, used, cached in (
        ("memory.max", "memory.current", _CACHED),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", tuple(f"total_{name}" for name in _CACHED)),
    ):
        most, now = (_number(folder / name) for name in (limit, used))
        if most is not None and now is not None:
            found = _numbers(folder / "memory.stat")
            return max(0, most - now + sum(found.get(name, 0) for name in cached))
    return None


def _number(path: Path) -> int | None:
    text = "".join(_lines(path)[:1])
    return int(text) if text.isdecimal() else None


def _numbers(path: Path, unit: int = 1) -> dict[str, int]:
    """The numbers of a file whose lines are a name, a number, and perhaps a unit."""
    words = [line.split() for line in _lines(path)]
    return {each[0]: int(each[1]) * unit for each in words if len(each) > 1 and each[1].isdecimal()}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
