"""Modules that are loaded when they are first used, for libraries that most runs do without: the one place of its kind.

A trivial program is run in half a second; PyArrow, NetworkX and Rich would double that, and a run with small inputs and
plain output needs none of them. Whoever writes `networkx = later("networkx")` at the top of a file says that.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until something of it is wanted, then hands everything on."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # who looks at modules in general does not want this one
            raise AttributeError(name)
        value: object = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def later(name: str) -> Any:
    """The module of this name, not loaded yet; a missing one is told of by the first use."""
    return _Later(name)
