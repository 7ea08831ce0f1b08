"""The mistakes that elaboration finds, as templates. In: facts. Out: one `Diagnostic`.

Messages use the words of the language reference. `expected`, `found` and a remedy always stand apart from the problem.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ..diagnostics import Diagnostic, Note
from ..source import Span
from ..syntax.foreign.words import remedy_of


class WrongError(Exception):
    """Elaboration of a statement cannot go on. There are no diagnostics if the reason has been reported before."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = diagnostics
        super().__init__("; ".join(diagnostic.problem for diagnostic in diagnostics))


def wrong(
    span: Span, problem: str, *, expected: str = "", found: str = "", remedy: str = "", notes: Sequence[Note] = ()
) -> WrongError:
    """A mistake that has no template of its own."""
    return WrongError(Diagnostic(span, problem, expected, found, remedy, tuple(notes)))


def similar(name: str, names: Iterable[str]) -> str:
    """`did you mean `x`?` for the most similar name; empty if none is similar."""
    close = get_close_matches(name, sorted(set(names)), n=1, cutoff=0.7)
    return f"did you mean `{close[0]}`?" if close else ""


# --- names ------------------------------------------------------------------------------------------------------


def undefined_name(span: Span, name: str, names: Iterable[str]) -> WrongError:
    """A name that nothing binds."""
    return wrong(
        span,
        f"the name `{name}` is not defined",
        expected="the name of an input, a variable, a function or a built-in function",
        found=f"`{name}`",
        remedy=remedy_of(name)
        or similar(name, names)
        or f"assign to `{name}` before this line, declare it as an input, or import it",
    )


def no_module(span: Span, module: str, name: str) -> WrongError:
    """`np.pi`: a part of a module of another language."""
    return wrong(
        span,
        f"there is no module `{module}` in this language",
        expected="functions without a module, and numbers",
        found=f"`{module}.{name}`",
        remedy=remedy_of(name) or f"functions need no import and no `{module}.`: write `sum(x)`",
    )


def too_early(span: Span, name: str) -> WrongError:
    """A name of this scope that is read before it is bound."""
    return wrong(
        span,
        f"`{name}` is used before it has a value",
        expected=f"an assignment to `{name}` before this line",
        found=f"only assignments to `{name}` that come later, or that may not happen",
        remedy=f"give `{name}` a first value above",
    )


def unclear_name(span: Span, name: str, problem: str, place: Span) -> WrongError:
    """A name that a conditional or a loop left unbound, or bound to values of two kinds."""
    return wrong(
        span,
        f"`{name}` may not be used here",
        expected="a name that every way to this line binds to the same kind of value",
        found=f"`{name}`, {problem}",
        remedy=f"give `{name}` a value of one type and shape before that statement, or in each branch",
        notes=[Note(place, f"`{name}` is bound here")],
    )


def renamed_by_reveal(span: Span, name: str, former: Span, place: Span) -> WrongError:
    """A name that is read after `reveal ... as name` took it from something else."""
    return wrong(
        span,
        f"`{name}` may mean two things here",
        expected=f"a name for what line {place.line} reveals that stands for nothing else",
        found=f"`{name}`, which line {former.line} gives a value, and line {place.line} a revealed one",
        remedy=f"choose another name in line {place.line}: `reveal ... as {name}_revealed`, say",
        notes=[Note(former, f"`{name}` is this first"), Note(place, f"from here on `{name}` is what is revealed")],
    )


# --- public places ----------------------------------------------------------------------------------------------


def secret_in_public_place(
    span: Span, place: str, found: str, notes: Sequence[Note], remedy: str, expected: str = "a public value"
) -> WrongError:
    """A secret, or a private value of somebody, where only public values may stand."""
    return wrong(span, f"{place} must be public", expected=expected, found=found, remedy=remedy, notes=notes)


def revealed_in_static_place(span: Span, place: str, found: str, notes: Sequence[Note], remedy: str = "") -> WrongError:
    """A public value that only the run knows, where a value must be known when the program is compiled."""
    return wrong(
        span,
        f"{place} must be known when the program is compiled",
        expected="a literal, a size, or what is computed from them",
        found=found,
        remedy=remedy or "use a size or a literal; what a `reveal` gives is known only while the program runs",
        notes=notes,
    )


def too_many_copies(span: Span, place: str, limit: int, notes: Sequence[Note]) -> WrongError:
    """A loop that would have to be written out turn by turn, and that has too many turns for it."""
    return wrong(
        span,
        f"{place} differs from turn to turn, and there are too many turns to write each one out",
        expected=f"one value for all turns, or at most {limit} turns in all loops around it",
        found="a value that depends on the turn of a loop",
        remedy="give it one value for all turns (the largest, say) and leave out the rest with `where=` or `select`",
        notes=notes,
    )


# --- operands ---------------------------------------------------------------------------------------------------


def wrong_operands(span: Span, operator: str, expected: str, found: str, remedy: str = "") -> WrongError:
    """An operator or a function applied to operands that it does not take."""
    return wrong(
        span,
        f"`{operator}` does not apply here",
        expected=expected,
        found=found,
        remedy=remedy or f"change the operands to {expected}",
    )


def shapes_differ(span: Span, what: str, shapes: Sequence[tuple[int, ...]]) -> WrongError:
    """Shapes that do not broadcast."""
    return wrong(
        span,
        f"the shapes of {what} do not go together",
        expected="equal sizes on each axis, counted from the last, or 1",
        found=" and ".join(str(list(shape)) for shape in shapes),
        remedy="index with `None` for a new axis (`x[:, None]`), or use `reshape` or `.T`",
    )


def not_a_condition(span: Span, place: str, found: str, remedy: str) -> WrongError:
    """A condition that is not one bool."""
    return wrong(span, f"{place} must be one `bool`", expected="`bool`", found=found, remedy=remedy)


def too_deep(span: Span) -> WrongError:
    """A statement whose parts and calls are nested in too many levels."""
    return wrong(
        span,
        "this is nested too deeply",
        expected="fewer levels of calls and expressions inside each other",
        found="more than the compiler can follow",
        remedy="give parts of it names of their own",
    )


def may_be_missing(span: Span, what: str, found: str, example: str) -> WrongError:
    """Values that may be missing, where that makes no sense."""
    return wrong(
        span,
        f"{what} has no meaning for values that may be missing",
        expected="values that are all there",
        found=found,
        remedy=f"replace what is missing first: `{example}`",
    )


# --- calls ------------------------------------------------------------------------------------------------------


def not_available_yet(span: Span, name: str) -> WrongError:
    """A function of the language that this version does not have."""
    return wrong(
        span,
        f"`{name}` is not available yet",
        expected="a function of this version",
        found=f"`{name}`",
        remedy=f"leave `{name}` out, or use a later version of Tacit",
    )


def not_callable(span: Span, name: str, found: str, *, is_built_in: bool = False) -> WrongError:
    """A call of something that is not a function."""
    return wrong(
        span,
        f"`{name}` is not a function",
        expected="a function",
        found=found,
        remedy=f"`{name}` is bound to a value above; choose another name there to call the built-in function"
        if is_built_in
        else "call a function; an array is indexed with `[...]`",
    )


def wrong_arguments(span: Span, name: str, problem: str, expected: str, found: str) -> WrongError:
    """A call whose arguments do not fit the function's parameters."""
    return wrong(
        span, f"{problem} in the call of `{name}`", expected=expected, found=found, remedy=f"write it as {expected}"
    )


def recursion(span: Span, name: str, first: Span) -> WrongError:
    """A function that calls itself."""
    return wrong(
        span,
        f"`{name}` calls itself",
        expected="functions without recursion",
        found=f"a call of `{name}` while `{name}` runs",
        remedy="write a `for` or a `while` loop",
        notes=[Note(first, f"`{name}` is defined here")],
    )


# --- statements -------------------------------------------------------------------------------------------------


def inside_secret_condition(span: Span, statement: str, notes: Sequence[Note]) -> WrongError:
    """An effect in a branch, although nobody may know which branch is taken."""
    return wrong(
        span,
        f"`{statement}` inside an `if` on a private condition",
        expected=f"`{statement}` where everyone knows whether it happens",
        found="a condition that is not public",
        remedy=f"move `{statement}` out of the `if`; assign in the `if`, or use `select(condition, a, b)`",
        notes=notes,
    )


def misplaced(span: Span, statement: str, expected: str, found: str, remedy: str) -> WrongError:
    """A statement that may not stand where it stands."""
    return wrong(span, f"{statement} may not stand here", expected=expected, found=found, remedy=remedy)


def twice(span: Span, what: str, name: str, first: Span) -> WrongError:
    """A name that is given twice although it may be given only once."""
    return wrong(
        span,
        f"{what} `{name}` is there already",
        expected="another name",
        found=f"`{name}` for the second time",
        remedy="choose a name that is not taken",
        notes=[Note(first, "the first one is here")],
    )


def changes_from_turn_to_turn(span: Span, name: str, problem: str, header: Span) -> WrongError:
    """A name that a loop carries, and that has another shape or kind at the end of a turn."""
    return wrong(
        span,
        f"`{name}` changes its type from turn to turn of a loop",
        expected="one shape and kind of value in all turns",
        found=f"`{name}`, {problem}",
        remedy=f"give `{name}` its final shape before the loop (`zeros(...)`, say) and assign to parts of it",
        notes=[Note(header, "this is the loop")],
    )
