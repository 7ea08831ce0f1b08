"""The kernels of the table `runtime.graph.signatures`, by name: `KERNELS[name](out, *inputs, **attributes)`.

Arrays are contiguous, with the `array_shape` of their value's type; `out` is given by the caller and wholly written.
A kernel does not check what `runtime.graph.check` has checked. `warm` compiles beforehand what would else be compiled
on first use.
"""

from collections.abc import Callable, Iterable

from . import beaver, clear, cross, digits, gates, pieces, quotient, ring, rows, structure
from .native import Kernel, Native
from .planes import bits, products, rows_of_bits, weighing
from .planes import structure as bit_structure

TABLE: dict[str, Kernel] = {
    **ring.TABLE,
    **bits.TABLE,
    **products.TABLE,
    **weighing.TABLE,
    **cross.TABLE,
    **gates.TABLE,
    **quotient.TABLE,
    **beaver.TABLE,
    **rows.TABLE,
    **rows_of_bits.TABLE,
    **digits.TABLE,
    **pieces.TABLE,
    **structure.TABLE,
    **bit_structure.TABLE,
    **clear.TABLE,
}

KERNELS: dict[str, Callable[..., None]] = {name: kernel.run for name, kernel in TABLE.items()}


def warm(names: Iterable[str], also: Iterable[Native] = (), progress: Callable[[int, int], None] | None = None) -> int:
    """Makes these kernels ready to run; how many had to be compiled because the cache on disk had none.

    `also` are further compiled functions (`randomness.sources.NATIVES`); `progress` hears how many are done, of how
    many.
    """
    needed = list(dict.fromkeys([*also, *(native for name in names for native in TABLE[name].needs)]))
    compiled = 0
    for done, native in enumerate(needed):
        if progress is not None:
            progress(done, len(needed))
        compiled += native.load()
    if progress is not None:
        progress(len(needed), len(needed))
    return compiled
