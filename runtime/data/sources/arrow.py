"""PyArrow as this folder uses it: loaded by the first input that is more than a number or a list of them."""

from ...graph.later import later

__all__ = ["csv", "pa", "parquet", "pc"]

pa = later("pyarrow")
pc = later("pyarrow.compute")
csv = later("pyarrow.csv")
parquet = later("pyarrow.parquet")
