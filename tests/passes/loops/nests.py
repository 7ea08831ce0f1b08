"""Random programs of loops over arrays at affine places. In: dice. Out: a program's text, and inputs for it."""

import random
from typing import Any

import numpy as np

SIZE = 9
HEAD = """party alice
party bob
input x: int8[{0}, {0}] from alice
input v: int8[{0}] from bob
a = zeros(({0}, {0}), int) + x + v
b = zeros(({0}, {0}), int) + v
total = 3
best = 100
"""

Inputs = dict[str, np.ndarray[Any, Any]]


def random_nest(seed: int) -> tuple[str, Inputs]:
    """One or two loops, one perhaps in the other, whose turns may need each other in any way."""
    text = _Nest(random.Random(seed)).text()
    dice = np.random.default_rng(seed)
    return text, {"x": dice.integers(-50, 50, (SIZE, SIZE)), "v": dice.integers(-50, 50, SIZE)}


class _Nest:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.is_stencil = dice.random() < 0.6

    def text(self) -> str:
        lines = [HEAD.format(SIZE), *self.loop(), *(self.loop() if self.dice.random() < 0.4 else [])]
        names = ("a", "b", "total", "best")
        return "\n".join([*lines, *(f"reveal {name} as {name}_" for name in names)]) + "\n"

    def loop(self) -> list[str]:
        turns = ["i", "j"] if self.is_stencil else ["i", "j"][: self.dice.choice([1, 2, 2])]
        ranges = ["2", "3", "5"] if self.is_stencil else ["2", "3", "5", "4, 0, -1"]
        headers = [f"for {turn} in range({self.dice.choice(ranges)}):" for turn in turns]
        body = [self.statement(turns) for _ in range(self.dice.choice([1, 1, 1, 1, 2, 3]))]
        lines = [depth * "    " + header for depth, header in enumerate(headers)]
        if len(turns) == 2 and self.dice.random() < 0.1:
            lines.insert(1, "    " + self.statement(["i"]))
        return lines + [len(turns) * "    " + line for line in body]

    def statement(self, turns: list[str]) -> str:
        roll = self.dice.random()
        if roll < 0.15:
            return f"total {self.dice.choice(['+=', '-='])} {self.expression(turns)}"
        if roll < 0.3:
            return f"best = {self.dice.choice(['min', 'max'])}(best, {self.expression(turns)})"
        if roll < 0.35:
            return f"total = {self.expression(turns)}"
        written = "a[i + 1, j + 1]" if self.is_stencil and len(turns) == 2 else f"{self.array()}[{self.places(turns)}]"
        return f"{written} = {self.expression(turns)}"

    def array(self) -> str:
        return "a" if self.is_stencil else self.dice.choice("ab")

    def expression(self, turns: list[str]) -> str:
        terms = [self.term(turns) for _ in range(self.dice.choice([1, 2, 3] + 4 * self.is_stencil * [3]))]
        if len(terms) == 3 and (self.is_stencil or self.dice.random() < 0.5):
            return f"min(min({terms[0]}, {terms[1]}) + 1, {terms[2]})"
        return self.dice.choice([" + ", " - "]).join(terms)

    def term(self, turns: list[str]) -> str:
        roll = self.dice.random()
        if roll < (0.8 if self.is_stencil else 0.5):
            return f"{self.array()}[{self.places(turns)}]"
        if roll < 0.85:
            return f"x[{self.places(turns)}]"
        if roll < 0.95:
            return f"v[{self.place(self.dice.choice(turns))}]"
        return self.dice.choice([*turns, "7", "7"] if self.is_stencil else [*turns, "7", "total", "best"])

    def places(self, turns: list[str]) -> str:
        chosen = [*turns, "1"] if len(turns) == 1 else list(turns)
        if not self.is_stencil and self.dice.random() < 0.15:
            self.dice.shuffle(chosen)
        return ", ".join(map(self.place, chosen))

    def place(self, turn: str) -> str:
        if turn == "1" or self.dice.random() < 0.03:
            return str(self.dice.randrange(SIZE))
        if self.is_stencil:
            return self.dice.choice([turn, turn, f"{turn} + 1", f"{turn} + 1", f"{turn} + 2"])
        return self.dice.choice([turn, turn, f"{turn} + 1", f"{turn} + 1", f"{turn} + 2", f"{turn} - 1", f"2 * {turn}"])
