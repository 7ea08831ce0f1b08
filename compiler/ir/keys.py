"""The constant that a text stands for beside keys. In: a text of the program. Out: a number, as owners compute it."""

import unicodedata

from ...runtime.clear.keys import hash_key, normalised
from .types import Element


def key_constant(text: str, element: Element) -> int | None:
    """The number of a text, normalised as keys of this type are. None if nothing is left of the text.

    It is also None for a text to normalise with a letter that Python's Unicode does not have, but owners' may.
    """
    if element.steps and any(unicodedata.category(letter) == "Cn" for letter in text):
        return None
    left = normalised(text, element.steps)
    return hash_key(left) if left else None
