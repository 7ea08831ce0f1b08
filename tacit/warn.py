"""Python warnings of what may go wrong in a program, for users of the API. In: diagnostics. Out: `RangeWarning`s.

Only the API warns. Code below it returns diagnostics, and the command prints them itself. A warning names the line of
the user's own code that called the API, so it is given where a call of the API ends.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from .compiler.diagnostics import Diagnostic, render


class RangeWarning(UserWarning):
    """Something in a program may overflow. The message says where, and for which inputs it does not."""


class Compiling(Protocol):
    """Something that is compiled on demand and then has diagnostics. `warned` are those of which its user was
    warned."""

    warned: set[Diagnostic]

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """All diagnostics found so far."""


P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self", bound=Compiling)


def warns(call: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """Makes a method of the API warn its caller when it ends, even if it fails.

    Only for methods that no other method calls.
    """

    @wraps(call)
    def outermost(program: Self, /, *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return call(program, *arguments, **named)
        finally:
            warn(program)

    return outermost


def warn(program: Compiling) -> None:
    """Warns whoever called the function that calls this one, once of each diagnostic."""
    for diagnostic in program.diagnostics:
        if diagnostic not in program.warned:
            program.warned.add(diagnostic)
            warnings.warn(RangeWarning(render(diagnostic)), stacklevel=3)
