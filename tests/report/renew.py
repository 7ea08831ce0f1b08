"""Writes the texts that `test_explain` expects. To be run from the root, and its changes to be read."""

from .masking import masked
from .test_explain import NAMES, TEXTS, explained

for name in NAMES:
    (TEXTS / f"{name}.txt").write_text(masked(str(explained(name))), encoding="utf-8")
