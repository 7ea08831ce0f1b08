"""Keys: columns of text as the 64-bit numbers that parties match. In: Arrow text. Out: int64, one for each text.

`runtime.clear.keys` says what the number of a text is; here are many at a time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...clear.keys import INSTEAD, NO_KEY, casefolded, digits_of, hash_key
from ...graph.later import later
from .arrow import pa, pc

Array = np.ndarray[Any, Any]

_kernel = later("tacit.runtime.kernels.blake2b")

_FEW = 20_000
"""Up to so many keys are hashed without the compiled kernel, because loading the kernel would take longer."""


def hash_keys(texts: Any) -> Array:
    """The numbers of an Arrow array of text without nulls, as int64: about 5 million keys a second on one core."""
    if len(texts) <= _FEW:
        return np.array([hash_key(text) for text in texts.to_pylist()], np.int64)
    large = texts.cast(pa.large_string())
    _, ends, data = large.buffers()
    offsets = np.frombuffer(ends, np.int64)[large.offset : large.offset + len(large) + 1]
    out = np.empty(len(large), np.uint64)
    content = np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8)
    _kernel.hash_texts.run(offsets, content, out)
    keys = out.view(np.int64)
    keys[keys == NO_KEY] = INSTEAD
    return keys


# --- normalisation ----------------------------------------------------------------------------------------------


def normalised(texts: Any, steps: tuple[str, ...]) -> Any:
    """Arrow text after the steps in their order. If there is any step, text is first put in Unicode's form NFKC."""
    if not steps:
        return texts
    is_ascii = pc.all(pc.string_is_ascii(texts)).as_py() is not False
    if not is_ascii:
        texts = pc.utf8_normalize(texts, "NFKC")
    for step in steps:
        texts = _STEPS[step](texts, is_ascii)
    return texts


def _casefold(texts: Any, is_ascii: bool) -> Any:
    """Unicode's caseless form, also of text that is not ASCII: `ß` becomes `ss`."""
    if is_ascii:
        return pc.ascii_lower(texts)
    return _where_not_ascii(texts, pc.ascii_lower, casefolded)


def _strip(texts: Any, is_ascii: bool) -> Any:
    return pc.utf8_trim_whitespace(texts)


def _digits(texts: Any, is_ascii: bool) -> Any:
    """The decimal digits alone. Digits of other scripts become 0 to 9."""
    if is_ascii:
        return _ascii_digits(texts)
    return _where_not_ascii(texts, _ascii_digits, digits_of)


def _ascii_digits(texts: Any) -> Any:
    return pc.replace_substring_regex(texts, "[^0-9]+", "")


def _where_not_ascii(texts: Any, simple: Callable[[Any], Any], full: Callable[[str], str]) -> Any:
    """Applies `simple` to all ASCII texts at once, and `full` to each other text."""
    other = pc.invert(pc.string_is_ascii(texts))
    changed = [full(text) for text in texts.filter(other).to_pylist()]
    return pc.replace_with_mask(simple(texts), other, pa.array(changed, texts.type))


_STEPS: dict[str, Callable[[Any, bool], Any]] = {"casefold": _casefold, "strip": _strip, "digits": _digits}
