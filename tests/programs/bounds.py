"""How far the protected result of a numeric function may be from the clear one, by its published bound.

In: a function, the largest magnitude of its argument, how far the protected argument may be off. Out: the same for the
result, or None where the function cannot be used on such an argument.
"""

import math
from collections.abc import Callable

import numpy as np
from tacit.compiler.protocols.numeric.bounds import BOUNDS

FRACTION_BITS = 16
UNIT = 2.0**-FRACTION_BITS


def error_of_function(function: str, magnitude: float, error: float) -> tuple[float, float] | None:
    """(magnitude, error) of `function(x)` for |x| <= magnitude and x known up to error."""
    largest, slope = BOUNDED_FUNCTIONS[function](magnitude)
    if largest is None:
        return None
    bound = BOUNDS[function](FRACTION_BITS)
    units = float(bound.units(FRACTION_BITS, np.asarray(largest), np.asarray(magnitude)))
    return largest, slope * error + (units + 1) * UNIT


def _exponential(magnitude: float) -> tuple[float | None, float]:
    return (None, 0.0) if magnitude > 8 else (math.exp(magnitude), math.exp(magnitude + UNIT))


BOUNDED_FUNCTIONS: dict[str, Callable[[float], tuple[float | None, float]]] = {
    "exp": _exponential,
    "sigmoid": lambda magnitude: (1.0, 0.25),
    "tanh": lambda magnitude: (1.0, 1.0),
    "erf": lambda magnitude: (1.0, 1.129),
    "sin": lambda magnitude: (1.0, 1.0),
    "cos": lambda magnitude: (1.0, 1.0),
}
"""For |x| up to a magnitude: the largest |f(x)| (None: not to be used) and the steepest slope."""
