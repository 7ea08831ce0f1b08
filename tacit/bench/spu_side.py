"""SecretFlow SPU's side of a comparison: a script for an interpreter that has `spu`, which Tacit's own does not have.

    python spu_side.py

Reads one request a line on standard input: {"function", "protocol", "inputs"}, where "inputs" is the path of an `.npz`
file. Answers each request with a line {"seconds"}: how long the slowest party took to compute. Parties are threads of
this process. SPU's own compiler, caches and sharing of inputs do not count.
"""

import json
import sys
from functools import partial, reduce
from threading import Barrier
from time import perf_counter

import jax
import jax.numpy as jnp
import numpy as np
from spu import api, libspu
from spu.utils import frontend
from spu.utils.simulation import PropagatingThread

_PROTOCOLS = {"rep3": (3, libspu.ProtocolKind.ABY3), "semi2k": (2, libspu.ProtocolKind.SEMI2K)}


def _regression(features, labels, batch, epochs):
    def step(weights, place):
        part = jax.lax.dynamic_slice_in_dim(features, place, batch)
        wanted = jax.lax.dynamic_slice_in_dim(labels, place, batch)
        error = jax.nn.sigmoid(part @ weights) - wanted
        return weights - 0.5 / batch * (part.T @ error), None

    places = [begin for _ in range(epochs) for begin in range(0, features.shape[0], batch)]
    return reduce(lambda weights, place: step(weights, place)[0], places, jnp.zeros(features.shape[1]))


def _network(images, labels, first, second, third):
    for begin in range(0, images.shape[0], 128):
        xb, yb = images[begin : begin + 128], labels[begin : begin + 128]
        z1 = xb @ first
        on1 = z1 > 0
        a1 = jnp.where(on1, z1, 0)
        z2 = a1 @ second
        on2 = z2 > 0
        a2 = jnp.where(on2, z2, 0)
        d3 = (jax.nn.softmax(a2 @ third, axis=1) - yb) / 128
        d2 = jnp.where(on2, d3 @ third.T, 0)
        d1 = jnp.where(on1, d2 @ second.T, 0)
        third, second, first = third - 0.05 * (a2.T @ d3), second - 0.05 * (a1.T @ d2), first - 0.05 * (xb.T @ d1)
    return third


_FUNCTIONS = {
    "multiply": (lambda x, y: x * y, ("x", "y")),
    "compare": (lambda x, y: (x < y).astype(jnp.int32), ("x", "y")),
    "matmul": (lambda x, y: x @ y, ("x", "y")),
    "sort": (jnp.sort, ("x",)),
    "divide": (lambda a, b, c, d: (a + b) / (c + d), ("a", "b", "c", "d")),
    "exp": (lambda a, b: jnp.exp(a + b), ("a", "b")),
    "sqrt": (lambda a, b: jnp.sqrt(a + b), ("a", "b")),
    "sigmoid": (lambda a, b: jax.nn.sigmoid(a + b), ("a", "b")),
    "network": (_network, ("images", "labels", "first", "second", "third")),
}


def _function(name, inputs):
    if name == "logistic":
        batch, epochs = len(inputs["one_per_record_of_a_batch"]), len(inputs["one_per_epoch"])
        return partial(_regression, batch=batch, epochs=epochs), ("features", "labels")
    return _FUNCTIONS[name]


def _as_spu_takes(x):
    """The numbers in 32 bits, as SPU's compiler takes them. Numbers that do not fit are cut, which costs SPU
    nothing."""
    return x.astype(np.int32) if np.issubdtype(x.dtype, np.integer) else x.astype(np.float32)


def _run(request):
    size, kind = _PROTOCOLS[request["protocol"]]
    inputs = dict(np.load(request["inputs"]))
    function, names = _function(request["function"], inputs)
    arguments = [_as_spu_takes(inputs[name]) for name in names]
    config = libspu.RuntimeConfig(protocol=kind, field=libspu.FieldType.FM64)
    shares = api.Io(size, config)
    executable, _ = frontend.compile(
        frontend.Kind.JAX,
        function,
        arguments,
        {},
        [f"in{place}" for place in range(len(arguments))],
        [libspu.Visibility.VIS_SECRET] * len(arguments),
        lambda outputs: [f"out{place}" for place in range(len(outputs))],
    )
    parts = [shares.make_shares(each, libspu.Visibility.VIS_SECRET) for each in arguments]
    description = libspu.link.Desc()
    for rank in range(size):
        description.add_party(f"party{rank}", f"thread{rank}")
    start = Barrier(size)

    def party(rank):
        link = libspu.link.create_mem(description, rank)
        runtime = api.Runtime(link, libspu.RuntimeConfig(config))
        for name, part in zip(executable.input_names, parts, strict=True):
            runtime.set_var(name, part[rank])
        start.wait()
        begin = perf_counter()
        runtime.run(executable)
        return perf_counter() - begin

    threads = [PropagatingThread(target=party, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    return max(thread.join() for thread in threads)


for line in sys.stdin:
    print(json.dumps({"seconds": _run(json.loads(line))}), flush=True)
