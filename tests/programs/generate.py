"""Random `.mpc` programs with their inputs, a hypothesis strategy, and how far each result may be from the clear one.

A program is a chain of assignments over two parties' arrays; every name that it binds is revealed. Along with each name
the generator keeps what it needs to stay inside the documented ranges: the largest magnitude the value can have, and
for fixed point the largest distance between a protected run and a run in the clear.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import strategies as st

from tests.programs.bounds import BOUNDED_FUNCTIONS, UNIT, error_of_function

LARGEST_INT = 2**61
LARGEST_FIXED = 2.0**20
"""Products of two of these, and sums of a few, stay inside the range the language documents for 16 fraction bits."""


@dataclass(frozen=True)
class Name:
    """A bound name. `magnitude` bounds |value|; `error` bounds |protected - clear| (0 for int and bool)."""

    text: str
    kind: str
    shape: tuple[int, ...]
    magnitude: float
    error: float = 0.0


@dataclass
class RandomProgram:
    """Source text, inputs by name, and the names it reveals."""

    lines: list[str] = field(default_factory=list)
    inputs: dict[str, np.ndarray] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)

    @property
    def source(self) -> str:
        reveals = [f"reveal {name.text}" for name in self.names]
        return "\n".join([*HEAD, *self.lines, *reveals]) + "\n"

    def of_kind(self, *kinds: str) -> list[Name]:
        return [name for name in self.names if name.kind in kinds]


NOTHING = "nothing"
HEAD = ["party alice", "party bob", "party carol", f"input {NOTHING}: int8 from carol"]

_INPUT_TYPES = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int": (-(2**40), 2**40),
}
_EDGES = (0, 1, -1)


@st.composite
def programs(draw: st.DrawFn) -> RandomProgram:
    """Programs of 2 to 4 inputs and 3 to 10 statements over arrays of one shape, scalars and their reductions."""
    program = RandomProgram(inputs={NOTHING: np.zeros((), np.int64)})
    shape = draw(st.sampled_from([(), (1,), (3,), (5,), (2, 3), (65,)]))
    for number in range(draw(st.integers(2, 4))):
        _add_input(draw, program, f"x{number}", shape, ("alice", "bob")[number % 2])
    for number in range(draw(st.integers(3, 10))):
        _add_statement(draw, program, f"v{number}")
    return program


def _hide(program: RandomProgram, name: Name) -> None:
    """Makes an input secret, though its owner alone could compute with it: it meets a third party's zero."""
    hidden = f"{name.text} != ({NOTHING} == 1)" if name.kind == "bool" else f"{name.text} + {NOTHING}"
    program.lines.append(f"{name.text} = {hidden}")
    if name.kind != "bool":
        program.names[-1] = replace(name, magnitude=name.magnitude + 128)


def _add_input(draw: st.DrawFn, program: RandomProgram, text: str, shape: tuple[int, ...], owner: str) -> None:
    type_name = draw(st.sampled_from(["int8", "int16", "int32", "int", "fixed", "fixed", "bool"]))
    dimensions = f"[{', '.join(map(str, shape))}]" if shape else ""
    program.lines.append(f"input {text}: {type_name}{dimensions} from {owner}")
    size = int(np.prod(shape, dtype=int))
    if type_name == "bool":
        values = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
        program.names.append(Name(text, "bool", shape, 1))
    elif type_name == "fixed":
        scaled = draw(st.lists(st.integers(-(2**22), 2**22), min_size=size, max_size=size))
        values = np.array(scaled, dtype=float) * UNIT
        program.names.append(Name(text, "fixed", shape, 64.0))
    else:
        low, high = _INPUT_TYPES[type_name]
        element = st.one_of(st.integers(low, high), st.sampled_from([low, high, *_EDGES]))
        values = np.array(draw(st.lists(element, min_size=size, max_size=size)), dtype=np.int64)
        program.names.append(Name(text, "int", shape, float(max(-low, high))))
    program.inputs[text] = values.reshape(shape)
    if draw(st.integers(0, 3)):
        _hide(program, program.names[-1])


def _add_statement(draw: st.DrawFn, program: RandomProgram, text: str) -> None:
    make = draw(st.sampled_from(_STATEMENTS))
    made = make(draw, program, text)
    if made is not None:
        program.names.append(replace(made, text=text))


def _pick(draw: st.DrawFn, program: RandomProgram, *kinds: str) -> Name | None:
    candidates = program.of_kind(*kinds)
    return draw(st.sampled_from(candidates)) if candidates else None


def _same_shape(draw: st.DrawFn, program: RandomProgram, first: Name, *kinds: str) -> Name | None:
    """Another name that broadcasts with `first`: of the same shape, or a scalar."""
    candidates = [name for name in program.of_kind(*kinds) if name.shape in (first.shape, ())]
    return draw(st.sampled_from(candidates)) if candidates else None


def _arithmetic(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    kind = draw(st.sampled_from(["int", "fixed"]))
    x = _pick(draw, program, kind)
    y = _same_shape(draw, program, x, kind) if x else None
    if x is None or y is None:
        return None
    sign = draw(st.sampled_from("+-*"))
    magnitude = x.magnitude * y.magnitude if sign == "*" else x.magnitude + y.magnitude
    error = x.error + y.error
    if kind == "fixed" and sign == "*":
        error = x.magnitude * y.error + y.magnitude * x.error + x.error * y.error + 2 * UNIT
    if magnitude > (LARGEST_INT if kind == "int" else LARGEST_FIXED):
        return None
    program.lines.append(f"{text} = {x.text} {sign} {y.text}")
    return Name(text, kind, x.shape, magnitude, error)


def _comparison(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    """Only values that are exact: one unit of error may turn a comparison round."""
    x = _pick(draw, program, "int", "fixed")
    y = _same_shape(draw, program, x, x.kind) if x else None
    if x is None or y is None or x.error or y.error:
        return None
    sign = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    program.lines.append(f"{text} = {x.text} {sign} {y.text}")
    return Name(text, "bool", x.shape, 1)


def _logic(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "bool")
    y = _same_shape(draw, program, x, "bool") if x else None
    if x is None or y is None:
        return None
    form = draw(st.sampled_from(["{x} and {y}", "{x} or not {y}", "{x} != {y}", "not {x}"]))
    program.lines.append(f"{text} = " + form.format(x=x.text, y=y.text))
    return Name(text, "bool", x.shape, 1)


def _choice(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    kind = draw(st.sampled_from(["int", "fixed"]))
    x = _pick(draw, program, kind)
    y = _same_shape(draw, program, x, kind) if x else None
    c = _same_shape(draw, program, x, "bool") if x else None
    if x is None or y is None or c is None or y.shape != x.shape:
        return None
    if draw(st.booleans()) or c.shape != ():
        program.lines.append(f"{text} = select({c.text}, {x.text}, {y.text})")
    else:
        program.lines += [f"{text} = {x.text}", f"if not {c.text}:", f"    {text} = {y.text}"]
    return Name(text, kind, x.shape, max(x.magnitude, y.magnitude), max(x.error, y.error))


def _bitwise(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "int")
    y = _same_shape(draw, program, x, "int") if x else None
    if x is None or y is None:
        return None
    form = draw(st.sampled_from(["{x} & {y}", "{x} | {y}", "{x} ^ {y}", "~{x}", "{x} >> 3", "{x} >> 1"]))
    program.lines.append(f"{text} = " + form.format(x=x.text, y=y.text))
    magnitude = 2.0 ** np.ceil(np.log2(max(x.magnitude, y.magnitude) + 1))
    return Name(text, "int", x.shape, magnitude)


def _whole_division(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "int")
    if x is None:
        return None
    sign, divisor = draw(st.sampled_from(["//", "%"])), draw(st.sampled_from([-7, -2, 1, 3, 10, 16]))
    program.lines.append(f"{text} = {x.text} {sign} {divisor}")
    return Name(text, "int", x.shape, x.magnitude + 1 if sign == "//" else 16.0)


def _reduction(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "int", "fixed", "bool")
    if x is None or x.shape == ():
        return None
    axis = draw(st.integers(0, len(x.shape) - 1))
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    count = x.shape[axis]
    if x.kind == "bool":
        function = draw(st.sampled_from(["any", "all", "count", "sum"]))
        kind, magnitude, error = ("bool", 1.0, 0.0) if function in ("any", "all") else ("int", float(count), 0.0)
    else:
        exact = ["argmin", "argmax"] if not x.error else []
        function = draw(st.sampled_from(["sum", "min", "max", "cumsum", *exact]))
        kind, magnitude, error = x.kind, x.magnitude * count, x.error * count
        if function.startswith("arg"):
            kind, magnitude = "int", float(count)
        if function == "cumsum":
            shape = x.shape
    if magnitude > (LARGEST_INT if kind == "int" else LARGEST_FIXED):
        return None
    program.lines.append(f"{text} = {function}({x.text}, axis={axis})")
    return Name(text, kind, shape, magnitude, error)


def _function(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "fixed")
    if x is None:
        return None
    function = draw(st.sampled_from(sorted(BOUNDED_FUNCTIONS)))
    bounded = error_of_function(function, x.magnitude, x.error)
    if bounded is None:
        return None
    program.lines.append(f"{text} = {function}({x.text})")
    return Name(text, "fixed", x.shape, *bounded)


def _loop(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "int")
    if x is None:
        return None
    turns = draw(st.integers(0, 4))
    magnitude = 2.0**turns * (x.magnitude + turns)
    if magnitude > LARGEST_INT:
        return None
    program.lines += [f"{text} = {x.text}", f"for i in range({turns}):", f"    {text} = {text} + {text} - i"]
    return Name(text, "int", x.shape, magnitude)


def _sign_functions(draw: st.DrawFn, program: RandomProgram, text: str) -> Name | None:
    x = _pick(draw, program, "int", "fixed")
    if x is None:
        return None
    function = draw(st.sampled_from(["abs", "relu", "clip"]))
    call = f"clip({x.text}, -3, 3)" if function == "clip" else f"{function}({x.text})"
    program.lines.append(f"{text} = {call}")
    return Name(text, x.kind, x.shape, min(x.magnitude, 3.0) if function == "clip" else x.magnitude, x.error)


_STATEMENTS = [
    _arithmetic,
    _arithmetic,
    _comparison,
    _comparison,
    _logic,
    _choice,
    _bitwise,
    _whole_division,
    _reduction,
    _reduction,
    _function,
    _loop,
    _sign_functions,
]
