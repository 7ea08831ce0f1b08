"""Random IR programs with inputs for them. In: a seed and a size. Out: a verified-by-construction program and arrays.

All operations of the table can occur, on bools, integers of several widths and fixed point, with empty axes,
broadcasts, nested loops, branches and calls, and every label.
"""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from tacit.compiler.ir.build import Builder, turn_type
from tacit.compiler.ir.labels import SECRET, STATIC, Label, join
from tacit.compiler.ir.operations.table import OPERATIONS
from tacit.compiler.ir.operations.typing import OperationTypeError
from tacit.compiler.ir.program import Program, Value
from tacit.compiler.ir.types import BOOL, INT, ArrayType, Element, Kind, category, fixed, integer
from tacit.compiler.source import Source, Span

ROLES = ("alice", "bob", "farmers[0]")
SHAPES: list[tuple[int, ...]] = [(), (), (3,), (1,), (2, 3), (2, 1), (0,), (3, 3)]
ELEMENTS = [BOOL, BOOL, INT, integer(8), fixed(8), fixed(8)]
SOURCE = Source("random.mpc", "random.mpc", "")
LARGEST = 400

Inputs = dict[str, np.ndarray[Any, Any]]


def random_program(seed: int, size: int, without: tuple[str, ...] = ()) -> tuple[Program, Inputs]:
    """A program of about `size` operations outside regions, none of those in `without`, and its inputs."""
    generator = _Generator(random.Random(seed))
    generator.pure = [name for name in generator.pure if name not in without]
    return generator.program(size)


class _Generator:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.builder = Builder(Span(SOURCE, 1, 1, 1, 2))
        self.inputs: Inputs = {}
        self.names = 0
        # `bound` says what has been checked: it comes with a `require`. `limit` may be any number that is large enough.
        moves = ("argsort", "placed", "invert", "gather", "copies", "align")
        unlike = ("constant", "share", "convert", "bound", "limit", "remainder", *moves)
        self.pure = [name for name, row in OPERATIONS.items() if row.is_pure and name not in unlike]

    def program(self, size: int) -> tuple[Program, Inputs]:
        pool = [self.input() for _ in range(self.dice.randint(1, 5))]
        pool += [self.constant() for _ in range(3)]
        self.statements(pool, size, depth=0)
        for value in self.dice.sample(pool, min(4, len(pool))):
            self.effect(value)
        return self.builder.finish("random", ROLES, {"n": 3}, 8), self.inputs

    # --- sources ------------------------------------------------------------------------------------------------

    def array(self, type: ArrayType) -> np.ndarray[Any, Any]:
        # Readers of data refuse `fixed` beyond the documented range.
        bits = 3 if self.dice.random() < 0.7 else min(type.element.bits - 1, 62 - type.element.scale)
        if type.element.kind is Kind.BOOL:
            numbers = [self.dice.random() < 0.5 for _ in range(type.size)]
        elif type.element.kind is Kind.CATEGORY:
            numbers = [self.dice.randrange(len(type.element.labels)) for _ in range(type.size)]
        else:
            scale = type.element.scale
            numbers = [
                self.dice.randrange(-(1 << bits), 1 << bits) << (scale if bits == 3 else 0) for _ in range(type.size)
            ]
        return np.array(numbers, dtype=type.dtype).reshape(type.shape)

    def type(self) -> ArrayType:
        element: Element = self.dice.choice([*ELEMENTS, category(("a", 'b"', "ü"))])
        return ArrayType(element, self.dice.choice(SHAPES))

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def input(self) -> Value:
        name, type = self.fresh("x"), self.type()
        self.inputs[name] = self.array(type)
        role = self.dice.choice([None, *ROLES])
        shares = role is None and self.dice.random() < 0.5
        value = self.builder.emit("input", name=name, type=type, role=role, shares=shares, dimensions=("n", 3))
        self.builder.name(value, name)
        return value

    def constant(self) -> Value:
        type = self.type()
        if type.element.is_number and self.dice.random() < 0.6:
            number = self.dice.choice([0, 1, -1, 1 << type.element.scale])
            scalar = self.builder.constant(number, type.with_shape(()))
            return self.builder.emit("broadcast", scalar, shape=type.shape)
        return self.builder.constant(self.array(type), type)

    # --- statements ---------------------------------------------------------------------------------------------

    def statements(self, pool: list[Value], count: int, depth: int) -> None:
        """Appends to the builder and to the pool."""
        for _ in range(count):
            self.builder.span = Span(SOURCE, self.dice.randint(1, 99), 1, 100, 7)
            roll = self.dice.random()
            if roll < 0.12 and depth < 3:
                control = self.dice.choice([self.loop, self.loop, self.while_, self.branch, self.call])
                pool += control(pool, depth)
            elif roll < 0.17:
                pool += self.effect(self.dice.choice(pool))
            elif roll < 0.22:
                pool.append(self.constant())
            else:
                pool += self.pure_operation(pool)

    def arranged(self, pool: list[Value]) -> list[Value]:
        """A value's rows in the order of one or two vectors, or back from it."""
        value = self.dice.choice([value for value in pool if value.type.shape])
        fits = [key for key in pool if key.type.shape == value.type.shape[:1]]
        if not fits:
            return []
        keys = self.dice.choices(fits, k=self.dice.randint(1, 2))
        rows = self.builder.emit("argsort", *keys, descending=tuple(self.dice.choice([0, 1]) for _ in keys))
        if self.dice.random() < 0.3:
            rows = self.builder.emit("invert", rows)
        return [self.builder.emit("gather", value, rows)]

    def pure_operation(self, pool: list[Value]) -> list[Value]:
        if self.dice.random() < 0.05 and any(value.type.shape for value in pool):
            return self.arranged(pool)
        for _ in range(30):
            name = self.dice.choice(self.pure)
            row = OPERATIONS[name]
            arity = row.arity if row.arity is not None else self.dice.randint(1, 3)
            first = self.dice.choice(pool[-12:] if self.dice.random() < 0.6 else pool)
            alike = [value for value in pool if value.type.element.kind is first.type.element.kind] or pool
            operands = [first, *self.dice.choices(alike if self.dice.random() < 0.8 else pool, k=max(0, arity - 1))]
            if name == "select":
                operands[0] = self.dice.choice([value for value in pool if value.type.element == BOOL] or pool)
            if row.indices_from is not None:
                operands[row.indices_from :] = [self.index() for _ in operands[row.indices_from :]]
            try:
                return [self.bounded(name, operands[:arity])]
            except (OperationTypeError, IndexError):
                continue
        return []

    def index(self) -> Value:
        """0 or -1: in range for every axis that is not empty."""
        number = self.builder.constant(self.dice.choice([0, -1]), ArrayType(INT))
        if self.dice.random() < 0.3:
            return self.builder.emit("reveal", number, name=self.fresh("i"), roles=None)
        return number

    def bounded(self, name: str, operands: list[Value]) -> Value:
        attributes = self.attributes(name, operands)
        infer = OPERATIONS[name].infer
        assert infer is not None
        (result,) = infer(tuple(operand.type for operand in operands), attributes)
        if result.size > LARGEST:
            raise OperationTypeError("too large")
        return self.builder.emit(name, *operands, **attributes)

    def attributes(self, name: str, operands: list[Value]) -> dict[str, Any]:
        """Attributes that may suit; IndexError or OperationTypeError later where none does."""
        shape = operands[0].type.shape if operands else ()
        special: dict[str, Callable[[], dict[str, Any]]] = {
            "iota": lambda: {"n": self.dice.randint(0, 5)},
            "broadcast": lambda: {"shape": self.dice.choice([shape, (2, *shape), (2, 3), (3,)])},
            "reshape": lambda: {"shape": self.dice.choice([shape, (1, *shape), (int(np.prod(shape)),)])},
            "transpose": lambda: {"permutation": tuple(self.dice.sample(range(len(shape)), len(shape)))},
            "slice": lambda: self.slices(shape, None),
            "update": lambda: self.slices(shape, operands[1].type.shape),
            "ldexp": lambda: {"scale": self.dice.choice([0, 8, 16])},
            "quotient": lambda: {"scale": 8},
            "cast": lambda: {"element": self.dice.choice([INT, integer(16), fixed(8), fixed(16)])},
        }
        if name in special:
            return special[name]()
        wanted = OPERATIONS[name].attributes
        found: dict[str, Any] = {}
        if "axis" in wanted:
            found["axis"] = self.dice.choice(range(len(shape)))
            if name == "take" and shape[found["axis"]] == 0:
                raise OperationTypeError("nothing to take from")
        if "bits" in wanted:
            found["bits"] = self.dice.randint(0, operands[0].type.element.scale if name == "truncate" else 9)
        if "axes" in wanted:
            starts = len(operands) - (OPERATIONS[name].indices_from or 0)
            found["axes"] = tuple(self.dice.sample(range(len(shape)), max(0, min(starts, len(shape)))))
            sizes = tuple(1 for _ in found["axes"])
            if any(shape[axis] == 0 for axis in found["axes"]):
                raise OperationTypeError("nothing to take from")
            if name == "slice_at":
                found["sizes"] = sizes
            elif any(operands[1].type.shape[axis] != 1 for axis in found["axes"]):
                raise OperationTypeError("only single places are surely in range")
        return found

    def slices(self, shape: tuple[int, ...], target: tuple[int, ...] | None) -> dict[str, Any]:
        parts = []
        for axis, size in enumerate(shape):
            start, stop = sorted(self.dice.choices(range(size + 1), k=2))
            part: tuple[int, int | None, int] = (start, stop, self.dice.choice([1, 1, 2]))
            if target is not None and axis < len(target):
                part = (0, target[axis], 1)
            elif size and self.dice.random() < 0.2:
                part = (size - 1, None, -1)
            elif self.dice.random() < 0.2:
                part = (0, size, 1)
            parts.append(part)
        starts, stops, steps = zip(*parts, strict=True) if parts else ((), (), ())
        return {"starts": starts, "stops": stops, "steps": steps}

    def effect(self, value: Value) -> list[Value]:
        """A value leaves; to all, that gives a revealed value."""
        roll = self.dice.random()
        if roll < 0.4:
            return [self.builder.emit("reveal", value, name=self.fresh("r"), roles=None)]
        if roll < 0.8:
            roles = tuple(self.dice.sample(ROLES, self.dice.randint(1, 2)))
            self.builder.effect("reveal", value, name=self.fresh("r"), roles=roles, table="t", valid="t.valid")
        elif roll < 0.9:
            self.builder.effect("save", value, name=self.fresh("s"))
        else:
            same = self.builder.emit("equal", value, value)
            while same.type.shape:
                same = self.builder.emit("all", same, axis=0)
            if value.label.is_public:
                self.builder.effect("assert", same, message='equal, "surely"')
                return []
            self.builder.effect("require", same, message="not equal")
            element = value.type.element
            if element.kind in (Kind.INT, Kind.FIXED):
                return [self.builder.emit("bound", value, low=element.least, high=element.greatest)]
        return []

    # --- control ------------------------------------------------------------------------------------------------

    def carried(self, pool: list[Value], floor: Label) -> tuple[list[Value], list[tuple[ArrayType, Label, str]]]:
        """Initial values, and arguments whose labels cover theirs."""
        initial = self.dice.choices(pool, k=self.dice.randint(0, 3))
        arguments = []
        for value in initial:
            label = SECRET if self.dice.random() < 0.5 else join((value.label, floor))
            arguments.append((value.type, label, self.dice.choice(["", "acc"])))
        return initial, arguments

    def next_value(self, argument: Value, pool: list[Value]) -> Value:
        """A value that may become the argument in the next turn."""
        fits = [
            value
            for value in pool
            if value.type == argument.type and join((value.label, argument.label)) == argument.label
        ]
        return self.dice.choice(fits[-4:])

    def loop(self, pool: list[Value], depth: int) -> list[Value]:
        count = self.dice.choice([0, 1, 2, 3])
        initial, arguments = self.carried(pool, STATIC)
        with self.builder.region([(turn_type(count), STATIC, "i"), *arguments]) as body:
            inside = [*pool, *body.arguments]
            self.statements(inside, self.dice.randint(0, 6), depth + 1)
            body.results = tuple(self.next_value(argument, inside) for argument in body.arguments[1:])
        return list(self.builder.loop(count, initial, body.close()))

    def while_(self, pool: list[Value], depth: int) -> list[Value]:
        """Counts up to at most 3, from a start that may be known only at run time."""
        start = self.builder.integer(self.dice.randint(0, 3))
        if self.dice.random() < 0.5:
            start = self.builder.emit("reveal", start, name=self.fresh("w"), roles=None)
        condition = self.builder.emit("less", start, self.builder.integer(3))
        initial, arguments = self.carried(pool, condition.label)
        with self.builder.region([(start.type, condition.label, "count"), *arguments]) as body:
            inside = [*pool, *body.arguments[1:]]
            self.statements(inside, self.dice.randint(0, 4), depth + 1)
            count = self.builder.emit("add", body.arguments[0], self.builder.integer(1))
            again = self.builder.emit("less", count, self.builder.integer(3))
            kept = tuple(self.next_value(argument, inside) for argument in body.arguments[1:])
            body.results = (again, count, *kept)
        return list(self.builder.while_(condition, [start, *initial], body.close()))

    def branch(self, pool: list[Value], depth: int) -> list[Value]:
        conditions = [value for value in pool if value.type == ArrayType(BOOL) and value.label.is_public]
        condition = self.dice.choice(conditions) if conditions else self.builder.boolean(self.dice.random() < 0.5)
        wanted = self.dice.choices(pool, k=self.dice.randint(0, 2))
        regions = []
        for _ in range(2):
            with self.builder.region() as body:
                inside = list(pool)
                self.statements(inside, self.dice.randint(0, 4), depth + 1)
                body.results = tuple(
                    self.dice.choice([value for value in inside if value.type == like.type]) for like in wanted
                )
            regions.append(body.close())
        return list(self.builder.branch(condition, *regions))

    def call(self, pool: list[Value], depth: int) -> list[Value]:
        operands, arguments = self.carried(pool, STATIC)
        with self.builder.region(arguments) as body:
            inside = [*pool, *body.arguments]
            self.statements(inside, self.dice.randint(1, 5), depth + 1)
            body.results = tuple(self.dice.choices(inside, k=self.dice.randint(0, 2)))
        return list(self.builder.call("f", operands, body.close()))
