"""Python warnings of what may go wrong in a program, for users of the API. In: diagnostics. Out: `RangeWarning`s.

Nothing below the API warns: diagnostics are returned, and the command prints them itself. A warning names the line of
the user's own code that called the API, so it is given where a call of the API ends.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from .compiler.diagnostics import Diagnostic, render


class RangeWarning(UserWarning):
    """Something in a program may overflow: the message says where, and for which inputs it does not."""


class Compiling(Protocol):
    """What is compiled on demand, and then has diagnostics; `warned` are those that its user was warned of."""

    warned: set[Diagnostic]

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """All that have been found."""


P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self", bound=Compiling)


def warns(call: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """A method of the API that warns its caller at its end, also when it fails.

    Only methods that no other method calls are such.
    """

    @wraps(call)
    def outermost(program: Self, /, *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return call(program, *arguments, **named)
        finally:
            warn(program)

    return outermost


def warn(program: Compiling) -> None:
    """Warns whoever called the caller of this, once of each thing."""
    for diagnostic in program.diagnostics:
        if diagnostic not in program.warned:
            program.warned.add(diagnostic)
            warnings.warn(RangeWarning(render(diagnostic)), stacklevel=3)
