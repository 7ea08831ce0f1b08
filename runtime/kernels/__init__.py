"""The kernels of the table `runtime.graph.signatures`, by name: `KERNELS[name](out, *inputs, **attributes)`.

Arrays are contiguous, with the `array_shape` of their value's type. The caller gives `out`, and the kernel writes all
of it. A kernel does not check what `runtime.graph.check` has checked. `warm` compiles kernels that would otherwise be
compiled on first use.
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
    """Makes these kernels ready to run. Gives how many functions the disk cache lacked, so that they were compiled.

    `also` are further compiled functions (`randomness.sources.NATIVES`, say). `progress` hears how many functions are
    done, of how many.
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
