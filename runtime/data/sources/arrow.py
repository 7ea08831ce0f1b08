"""PyArrow as this folder uses it: the first input that is more than a number or a list of numbers loads it."""

from ...graph.later import later

__all__ = ["csv", "pa", "parquet", "pc"]

pa = later("pyarrow")
pc = later("pyarrow.compute")
csv = later("pyarrow.csv")
parquet = later("pyarrow.parquet")
