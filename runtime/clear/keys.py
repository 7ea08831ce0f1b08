"""What a key is: text as the 64-bit number that parties match. In: one text. Out: the number, or the text normalised.

A key is the BLAKE2b hash of its UTF-8 text, of 8 bytes: RFC 7693 with a digest of 8 bytes and no secret key. Any
program with a BLAKE2b can compute the number, so it hides nothing. The join's protocol protects what parties exchange
of keys. Among n keys, any two collide with probability below n^2 / 2^65: one in 370,000 for ten million.
"""

import unicodedata
from collections.abc import Callable
from hashlib import blake2b

NO_KEY = 0
"""Says that a row has no key, where a column allows that. No text gets this number, and a join never matches it."""

INSTEAD = 1
"""The number of a text whose hash is NO_KEY."""


def hash_key(text: str) -> int:
    """The number of one key, as the compiled kernel computes it."""
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or INSTEAD


def normalised(text: str, steps: tuple[str, ...]) -> str:
    """One text after the steps in their order. If there is any step, it is first put in Unicode's form NFKC."""
    for number, step in enumerate(steps):
        text = STEPS[step](unicodedata.normalize("NFKC", text) if not number else text)
    return text


def casefolded(text: str) -> str:
    """Unicode's caseless form: `ß` becomes `ss`."""
    return unicodedata.normalize("NFKC", text.casefold())


def digits_of(text: str) -> str:
    """The decimal digits alone. Digits of other scripts become 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


STEPS: dict[str, Callable[[str], str]] = {"casefold": casefolded, "strip": str.strip, "digits": digits_of}
