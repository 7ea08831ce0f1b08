"""What parties of a deployment tell of their inputs: there and back, and whatever a peer may say instead."""

import json
from typing import Any

import pytest
from tacit.runtime.data.owner import Facts
from tacit.runtime.data.shares import Manifest
from tacit.runtime.data.sizes import Found
from tacit.runtime.data.told import Told, UntoldError, from_json, to_json
from tacit.runtime.graph.nodes import Declaration

AGES = Declaration("ages", "int", ("n", 2), role="alice")
MODEL = Manifest("model", "fixed", 64, 16, (), (3,), "rep3", "digest", "run", 0, 3, "alice")
TOLD = Told(Facts((Found(AGES, (5, 2), "alice"),), (MODEL,)), {"farmers": 4}, "00ff")


def test_there_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(TOLD))), [AGES], {"farmers"}) == TOLD


@pytest.mark.parametrize(
    "change",
    [
        {"found": [["heights", [5, 2]]]},
        {"found": [["ages", [5]]]},
        {"found": [["ages", [-5, 2]]]},
        {"found": [["ages", [5.0, 2]]]},
        {"found": [["ages", [True, 2]]]},
        {"found": [["ages", [1 << 50, 2]]]},
        {"found": [[["ages"], [5, 2]]]},
        {"found": 3},
        {"counts": {"bakers": 4}},
        {"counts": {"farmers": -1}},
        {"counts": {"farmers": 1 << 30}},
        {"counts": []},
        {"manifests": [{"name": "model"}]},
        {"manifests": [to_json(TOLD)["manifests"][0] | {"run": 7}]},
        {"manifests": [to_json(TOLD)["manifests"][0] | {"party": "\x1b[2J"}]},
        {"nonce": "0" * 300},
        {"nonce": None},
    ],
)
def test_nonsense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UntoldError):
        from_json(to_json(TOLD) | change, [AGES], {"farmers"})


@pytest.mark.parametrize("words", [None, 3, [], "found", {}])
def test_other_words_are_refused(words: object) -> None:
    with pytest.raises(UntoldError):
        from_json(words, [AGES], {"farmers"})
