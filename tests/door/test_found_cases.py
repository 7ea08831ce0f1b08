"""Small programs on small files that gave wrong answers once, with the right answers: in the clear and by protocols.

What other systems (SQL, pandas, NumPy) make of the same data is the independent answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tacit
from tacit.runtime.errors import InputError

HEAD = "party p\nparty q\n"


@dataclass(frozen=True)
class Case:
    """A program, its inputs, and what party `p` gets. `files` are written first; inputs may name them."""

    text: str
    inputs: Mapping[str, Any]
    answer: Mapping[str, Any]
    files: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "a column called as a word of the language": Case(
        HEAD + 'input t: table["from" as from_: int32, v: int32] from p\ninput k: int8 from q\n'
        "reveal sum(t.from_ * t.v) + k * 0 as s\n",
        {"t": "t.csv", "k": 1},
        {"s": 26},
        {"t.csv": "from,v\n2,3\n4,5\n"},
    ),
    "a column with a space": Case(
        HEAD + 'input t: table["Order ID" as order_id: int32, v: int32] from p\ninput k: int8 from q\n'
        "reveal sum(t.order_id * t.v) + k * 0 as s\n",
        {"t": "t.csv", "k": 1},
        {"s": 26},
        {"t.csv": "Order ID,v\n2,3\n4,5\n"},
    ),
    "keys of two columns": Case(
        HEAD + "input a: table[store: key, day: date, x: int32] from p\n"
        "input b: table[store: key, day: date, y: int32] from q\n"
        "j = join(a, b, on=[store, day])\nreveal count(j) as n\nreveal sum(j.x * j.y) as s\n",
        {"a": "a.csv", "b": "b.csv"},
        {"n": 1, "s": 10},
        {
            "a.csv": "store,day,x\nn,2024-01-01,1\ns,2024-01-02,2\nw,2024-01-03,3\n",
            "b.csv": "store,day,y\nn,2024-01-01,10\nw,2024-01-02,20\ne,2024-01-03,30\n",
        },
    ),
    "the largest of nobody": Case(
        HEAD + "input t: table[id: key, a: fixed] from p\ninput u: table[id: key, b: fixed] from q\n"
        "j = join(t, u, on=id)\nreveal topk(j.b, 3) as r\n",
        {"t": "t.csv", "u": "u.csv"},
        {"r": []},
        {"t.csv": "id,a\nz,1\n", "u.csv": "id,b\nk,2\n"},
    ),
    "rounding of quotients": Case(
        HEAD + "input a: int32[n] from p\ninput b: int32[n] from q\n"
        "reveal int(a / b) as i\nreveal floor(a / b) as f\nreveal a // b as d\nreveal a / b == 100000 as e\n",
        {"a": [5000000, 300, 9999999, -5000000, 49, 21], "b": [50, 3, 3, 50, 7, 7]},
        {
            "i": [100000, 100, 3333333, -100000, 7, 3],
            "f": [100000, 100, 3333333, -100000, 7, 3],
            "d": [100000, 100, 3333333, -100000, 7, 3],
            "e": [True, False, False, False, False, False],
        },
    ),
    "joins in joins": Case(
        HEAD + "party r\ninput ta: table[id: key, x: int32] from p\ninput tb: table[id: key, y: int32] from q\n"
        "input tc: table[id: key, z: int32] from r\ninput td: table[id: key, w: int32] from p\n"
        "j = join(join(join(ta, tb, on=id), tc, on=id), td, on=id)\n"
        "reveal count(j) as n\nreveal sum(j.x * j.y + j.z + j.w) as s\n",
        {"ta": "a.csv", "tb": "b.csv", "tc": "c.csv", "td": "d.csv"},
        {"n": 2, "s": 496},
        {
            "a.csv": "id,x\na,1\nb,2\nc,3\nd,4\n",
            "b.csv": "id,y\nb,10\nc,20\nd,30\ne,40\n",
            "c.csv": "id,z\nc,100\nd,200\nb,300\nz,400\n",
            "d.csv": "id,w\nc,7\na,8\nb,9\nz,1\n",
        },
    ),
    "many orders of one customer": Case(
        HEAD + 'input o: table[cust: key, prod: category["x", "y"], amt: int32] from p\n'
        'input c: table[cust: key, seg: category["hi", "lo"]] from q\n'
        "j = join(o, c, on=cust)\nreveal group(j, by=(prod, seg), s=sum(amt)) as s\n",
        {"o": "o.csv", "c": "c.csv"},
        {"s": {"prod": ["x", "x", "y", "y"], "seg": ["hi", "lo", "hi", "lo"], "s": [100, 20, 30, 0]}},
        {
            "o.csv": "cust,prod,amt\na,x,10\nb,x,20\na,y,30\nc,x,40\na,x,50\nd,y,60\n",
            "c.csv": "cust,seg\na,hi\nb,lo\nc,hi\ne,lo\n",
        },
    ),
    "words for a missing key": Case(
        HEAD + 'input l: table[mail: key(casefold, strip) = "", v: int32] from p\n'
        'input r: table[mail: key(casefold, strip) = "", w: int32] from q\n'
        "reveal count(join(l, r, on=mail)) as n\n",
        {"l": "l.csv", "r": "r.csv"},
        {"n": 1},
        {
            "l.csv": "mail,v\nann@x,1\nN/A,2\nNULL,3\nnan,4\nNone,5\n-,6\n",
            "r.csv": "mail,w\nann@x,1\nn/a,2\nnull,3\nNaN,4\nnone,5\n-,6\n",
        },
    ),
    "a result called as a function": Case(
        HEAD + "input x: fixed[n] from p\nreveal mean(x) as mean\n", {"x": [1, 2, 3]}, {"mean": 2.0}
    ),
    "softmax": Case(
        HEAD + "input L: fixed[n, 4] from p\ninput y: int8[n] from q\nM = clip(L, -20, 20)\n"
        "Z = exp(M - max(M, axis=1)[:, None])\nP = Z / sum(Z, axis=1)[:, None]\nreveal P\n"
        "reveal argmax(P, axis=1) as pred\nreveal count(argmax(P, axis=1) == y) / n as acc\n",
        {"L": [[2.0, -1.0, 0.5, 3.5]], "y": [3]},
        {"P": [[0.17377, 0.00865, 0.03877, 0.77879]], "pred": [3], "acc": 1.0},
    ),
    "the deviation of prices": Case(
        HEAD + "input a: fixed[n] from p\ninput b: fixed[k] from q\nz = concat(a, b)\n"
        "reveal mean(z) as m\nreveal std(z) as s\n",
        {"a": [200000, 600000, 250000], "b": [300000, 900000, 410000]},
        {"m": 443333.3333, "s": 241982.5522},
    ),
    "a small number in a logarithm": Case(
        HEAD + "input pr: fixed[n] from p\ninput y: bool[n] from q\n"
        "reveal -mean(y * log(pr + 1e-7) + (1 - y) * log(1 - pr + 1e-7)) as a\n"
        "reveal -mean(select(y, log(max(pr, 1e-7)), log(max(1 - pr, 1e-7)))) as b\n",
        {"pr": [0.0, 1.0, 0.5], "y": [True, False, True]},
        {"a": 10.97644, "b": 10.97644},
    ),
}


def _agrees(found: Any, wanted: Any) -> None:
    if isinstance(wanted, dict):
        found = {name: list(found[name]) for name in wanted}
        assert found == wanted
    elif isinstance(wanted, float) or (isinstance(wanted, list) and wanted and isinstance(wanted[0], list)):
        np.testing.assert_allclose(np.asarray(found, float), wanted, rtol=1e-5, atol=1e-4)
    else:
        assert np.asarray(found).tolist() == wanted


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_right(name: str, tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    case = CASES[name]
    for file, content in case.files.items():
        (tmp_path / file).write_text(content)
    inputs = {each: tmp_path / given if isinstance(given, str) else given for each, given in case.inputs.items()}
    for protocol in ("rep3", "semi2k"):
        program = tacit.compile(case.text, protocol=protocol)
        runs = [program.run_local(inputs)]
        if protocol == "rep3":
            runs.append(program.evaluate(inputs))
        for run in runs:
            for output, wanted in case.answer.items():
                _agrees(run.outputs["p"][output], wanted)
    assert not recwarn.list


def test_a_masked_number_is_not_used() -> None:
    program = tacit.compile(HEAD + "input x: fixed[n] from p\ninput k: int8 from q\nreveal sum(x) + k as s\n")
    with pytest.raises(InputError, match="row 2: the value is missing"):
        program.evaluate({"x": np.ma.array([1.0, 2.0], mask=[False, True]), "k": 0})


def test_one_class_catches_what_is_wrong_with_a_program() -> None:
    with pytest.raises(tacit.TacitError, match="`unique` is not defined"):
        tacit.compile("party a\nparty b\ninput x: int from a\nreveal unique(x) as u\n")
