"""The table of kernels and the table of signatures say the same; kernels are made ready when asked."""

import inspect

import numpy as np
from tacit.runtime.clear import KERNELS as CLEAR
from tacit.runtime.graph.signatures import KERNELS as SIGNATURES
from tacit.runtime.kernels import KERNELS, TABLE, warm


def test_each_kernel_has_a_signature_and_each_signature_a_kernel() -> None:
    assert sorted(KERNELS) == sorted(SIGNATURES)


def test_clear_signatures_have_the_attributes_of_their_meaning() -> None:
    for name, meaning in CLEAR.items():
        parameters = inspect.signature(meaning).parameters.values()
        taken = {parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY}
        assert taken == set(SIGNATURES[f"clear.{name}"].attributes), name


def test_a_clear_kernel_writes_its_meaning() -> None:
    out = np.empty((2, 3), np.int64)
    KERNELS["clear.multiply"](out, np.array([[2], [3]]), np.array([1, 2, 3]))
    assert out.tolist() == [[2, 4, 6], [3, 6, 9]]


def test_warming_tells_how_far_it_is() -> None:
    heard: list[tuple[int, int]] = []
    warm(["ring.matmul", "cross.matmul", "ring.add"], progress=lambda done, count: heard.append((done, count)))
    count = len({id(native) for name in ("cross.matmul", "ring.add") for native in TABLE[name].needs})
    assert heard == [(done, count) for done in range(count + 1)]
    assert warm(["cross.matmul"]) == 0
    assert not any(native.load() for native in TABLE["ring.matmul"].needs)
