"""Names of columns. In: the names in the data. Out: for the name that a program reads, the columns that have it.

Letters with marks are written in two ways in Unicode, composed and taken apart; both are the same name (form NFC).
"""

import unicodedata
from collections.abc import Callable, Iterable


def finder(names: Iterable[str]) -> Callable[[str], list[str]]:
    """What gives the names that are a wanted one; or those that are so but for space around them, if no other is."""
    exact: dict[str, list[str]] = {}
    stripped: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        form = unicodedata.normalize("NFC", name)
        exact.setdefault(form, []).append(name)
        stripped.setdefault(form.strip(), []).append(name)

    def find(wanted: str) -> list[str]:
        form = unicodedata.normalize("NFC", wanted)
        return exact.get(form) or stripped.get(form.strip(), [])

    return find
