"""The library's robust statistics, against NumPy."""

import numpy as np
from tacit.compiler.ir.evaluate import evaluate

from tests.programs.running import elaborated

TEXT = """
from stats import interquartile_range, robust_scores, trimmed_mean, winsorized
party alice
input x: int32[n] from alice
reveal interquartile_range(x) as spread
reveal winsorized(x, 0.1) as winsorized_x
reveal trimmed_mean(x, 0.1) as trimmed
reveal robust_scores(x) as scores
reveal trimmed_mean(filter(table(x=x), x < 90).x) as kept
"""


def test_robust_statistics() -> None:
    x = np.array([3, -100, 5, 8, 1, 4, 9, 2, 7, 100], dtype=np.int64)
    found = {
        name: value / 2**16 for name, value in evaluate(elaborated(TEXT, {"n": 10}), {"x": x}).by_role["alice"].items()
    }
    low, quarter, middle, three_quarters, high = np.quantile(x, [0.1, 0.25, 0.5, 0.75, 0.9])
    inside = x[(x >= low) & (x <= high)]
    assert np.allclose(found["spread"], three_quarters - quarter, atol=2**-10)
    assert np.allclose(found["winsorized_x"], np.clip(x, low, high), atol=2**-8)
    assert np.allclose(found["trimmed"], inside.mean(), atol=2**-10)
    assert np.allclose(found["scores"], (x - middle) / (three_quarters - quarter), atol=2**-6)
    assert np.allclose(found["kept"], np.mean([3, 5, 8, 1, 4, 7, 2]), atol=2**-10)
