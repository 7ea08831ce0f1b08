"""Modules that load when they are first used, for libraries that most runs do without. Only this file does that.

A trivial program runs in half a second. PyArrow, NetworkX and Rich would double that time, and a run with small inputs
and plain output needs none of them. `networkx = later("networkx")` at the top of a file puts the loading off.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module. Loads the module when one of its names is first used."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # code that inspects every module does not want this one loaded
            raise AttributeError(name)
        value: object = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def later(name: str) -> Any:
    """The module of this name, not loaded yet. If there is none, the first use raises `ImportError`."""
    return _Later(name)
