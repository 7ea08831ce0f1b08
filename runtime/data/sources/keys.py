"""Keys: text as the 64-bit numbers that parties match. In: Arrow text. Out: int64, one for each text.

A key is the BLAKE2b hash of its UTF-8 text, of 8 bytes: RFC 7693 with a digest of 8 bytes and no secret key. Any
program with a BLAKE2b can compute the number, so it hides nothing. The join's protocol protects what parties exchange
of keys. Among n keys, any two collide with probability below n^2 / 2^65: one in 370,000 for ten million.
"""

import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np

from ...graph.later import later
from .arrow import pa, pc

Array = np.ndarray[Any, Any]

_kernel = later("tacit.runtime.kernels.blake2b")

NO_KEY = 0
"""Says that a row has no key, where a column allows that. No text gets this number, and a join never matches it."""

_INSTEAD = 1
"""The number of a text whose hash is NO_KEY."""

_FEW = 20_000
"""Up to so many keys are hashed without the compiled kernel, because loading the kernel would take longer."""


def hash_key(text: str) -> int:
    """The number of one key, as the compiled kernel computes it."""
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or _INSTEAD


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
    keys[keys == NO_KEY] = _INSTEAD
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
    return _where_not_ascii(texts, pc.ascii_lower, lambda text: unicodedata.normalize("NFKC", text.casefold()))


def _strip(texts: Any, is_ascii: bool) -> Any:
    return pc.utf8_trim_whitespace(texts)


def _digits(texts: Any, is_ascii: bool) -> Any:
    """The decimal digits alone. Digits of other scripts become 0 to 9."""
    if is_ascii:
        return _ascii_digits(texts)
    return _where_not_ascii(texts, _ascii_digits, _digits_of)


def _ascii_digits(texts: Any) -> Any:
    return pc.replace_substring_regex(texts, "[^0-9]+", "")


def _digits_of(text: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def _where_not_ascii(texts: Any, simple: Callable[[Any], Any], full: Callable[[str], str]) -> Any:
    """Applies `simple` to all ASCII texts at once, and `full` to each other text."""
    other = pc.invert(pc.string_is_ascii(texts))
    changed = [full(text) for text in texts.filter(other).to_pylist()]
    return pc.replace_with_mask(simple(texts), other, pa.array(changed, texts.type))


_STEPS: dict[str, Callable[[Any, bool], Any]] = {"casefold": _casefold, "strip": _strip, "digits": _digits}
