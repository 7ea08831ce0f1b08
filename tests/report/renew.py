"""Writes the texts that `test_explain` expects. To be run from the root, and its changes to be read."""

from tests.report.masking import masked
from tests.report.test_explain import NAMES, TEXTS, explained

for name in NAMES:
    (TEXTS / f"{name}.txt").write_text(masked(str(explained(name))), encoding="utf-8")
