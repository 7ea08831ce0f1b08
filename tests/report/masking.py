"""Texts of reports without what depends on the machine that measured the table of kernels."""

import re

_SECONDS = re.compile(r"\d[\d,.]* (?:min|s|ms|µs)(?= |$)", re.MULTILINE)
_SILENT = re.compile(r"  \S+  0(?:  0 bytes)+  TIME|.*without messages$")


def masked(text: str) -> str:
    """The text with every time replaced, columns' widths with it, and without lines that cost nothing but time."""
    lines = (re.sub(r"(?<=\S) {2,}", "  ", _SECONDS.sub("TIME", line)).rstrip() for line in text.split("\n"))
    lines = (re.sub("^ +", "  ", line) for line in lines)
    return "\n".join(line for line in lines if not _SILENT.match(line))
