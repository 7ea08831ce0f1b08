"""Names that nothing defines, in functions that may never be called. In: a module's scope. Out: mistakes."""

from collections.abc import Iterable

from ..builtins.table import BUILT_INS, NOT_AVAILABLE_YET
from ..errors import undefined_name
from ..state.context import Context
from ..state.liveness import Scopes
from ..type_names import ELEMENTS


def is_of_language(name: str) -> bool:
    """Whether a name that nothing binds is a built-in function or a type."""
    return name in BUILT_INS or name in NOT_AVAILABLE_YET or name in ELEMENTS


def is_of_language_here(context: Context, name: str) -> bool:
    """Whether a name of this scope that is not bound yet still is the language's own."""
    return is_of_language(name) and context.frame.leaves_to_language(name)


def check_functions(context: Context, found: Scopes, module_names: Iterable[str]) -> None:
    """Reports free names of a module's functions that neither the module nor the language has."""
    known = {*module_names, *BUILT_INS, *NOT_AVAILABLE_YET, *ELEMENTS}
    for reference in found.outermost:
        if reference.name not in known:
            context.report(undefined_name(reference.span, reference.name, known))
