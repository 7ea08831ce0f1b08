"""Curve25519 against the vectors of RFC 7748 and RFC 9380, and the two implementations against each other."""

from typing import Any

import numpy as np
import pytest
from tacit.runtime.kernels.curve.group import CURVE, PORTABLE, VECTOR, Implementation, clamped, has_zeros, is_vectorised

Array = np.ndarray[Any, Any]

P = 2**255 - 19
A = 486662

IMPLEMENTATIONS = [PORTABLE, *([VECTOR] if CURVE is VECTOR else [])]
"""Those that this machine runs."""

BOTH = pytest.mark.parametrize("curve", IMPLEMENTATIONS)

ORDER_8 = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)

OF_SMALL_ORDER = (0, 1, P - 1, P, P + 1, 2**255, *ORDER_8)

EDGES = (
    *OF_SMALL_ORDER,
    2,
    9,
    P - 2,
    P + 2,
    2**255 - 1,
    2**255 + 9,
    2**256 - 1,
    *(2 ** (51 * limb) for limb in range(1, 5)),
    *(2 ** (51 * limb) - 1 for limb in range(1, 5)),
    sum((2**51 - 1) << 51 * limb for limb in range(0, 5, 2)),
    sum((2**51 - 1) << 51 * limb for limb in range(1, 5, 2)),
)


def rows(numbers: Any) -> Array:
    packed = b"".join(int(number).to_bytes(32, "little") for number in numbers)
    return np.frombuffer(packed, np.uint8).reshape(-1, 32)


def row(hexadecimal: str) -> Array:
    return np.frombuffer(bytes.fromhex(hexadecimal), np.uint8).reshape(1, 32)


def numbers(points: Array) -> list[int]:
    return [int.from_bytes(point.tobytes(), "little") for point in points]


def random_rows(count: int, seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), np.uint8)


def is_square(x: int) -> bool:
    return pow(x, (P - 1) // 2, P) in (0, 1)


@BOTH
@pytest.mark.parametrize(
    ("scalar", "point", "expected"),
    [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ],
)
def test_vectors_of_rfc_7748(curve: Implementation, scalar: str, point: str, expected: str) -> None:
    assert curve.multiply(clamped(bytes.fromhex(scalar)), row(point)).tobytes().hex() == expected


@BOTH
def test_iterated_vectors_of_rfc_7748(curve: Implementation) -> None:
    scalar = point = rows([9])
    for turn in range(1000):
        scalar, point = curve.multiply(clamped(scalar.tobytes()), point), scalar
        if turn == 0:
            expected = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
            assert scalar.tobytes().hex() == expected
    assert scalar.tobytes().hex() == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"


ELLIGATOR = [
    (
        0x608D892B641F0328523802A6603427C26E55E6F27E71A91A478148D45B5093CD,
        0x51125222DA5E763D97F3C10FCC92EA6860B9CCBBD2EB1285728F566721C1E65B,
        0x1BB913F0C9DAEFA0B3375378FFA534BDA5526C97391952A7789EB976EDFE4D08,
    ),
    (
        0x46F5B22494BFEAA7F232CC8D054BE68561AF50230234D7D1D63D1D9ABECA8DA5,
        0x7D56D1E08CB0CCB92BAF069C18C49BB5A0DCD927EFF8DCF75CA921EF7F3E6EEB,
        0x7C22950B7D900FA866334262FCAEA47A441A578DF43B894B4625C9B450F9A026,
    ),
    (
        0x235FE40C443766CE7E18111C33862D66C3B33267EFA50D50F9E8E5D252A40AAA,
        0x3FBE66B9C9883D79E8407150E7C2A1C8680BEE496C62FABE4619A72B3CABE90F,
        0x31AD08A8B0DEEB2A4D8B0206CA25F567AB4E042746F792F4B7973F3AE2096C52,
    ),
    (
        0x001E92A544463BDA9BD04DDBE3D6EED248F82DE32F522669EFC5DDCE95F46F5B,
        0x227E0BB89DE700385D19EC40E857DB6E6A3E634B1C32962F370D26F84FF19683,
        0x027877759D155B1997D0D84683A313EB78BDB493271D935B622900459D52CEAA,
    ),
    (
        0x1A68A1AF9F663592291AF987203393F707305C7BAC9C8D63D6A729BDC553DC19,
        0x3BCD651EE54D5F7B6013898AAB251EE8ECC0688166FCE6E9548D38472F6BD196,
        0x5FD892C0958D1A75F54C3182A18D286EFAB784E774D1E017BA2FB252998B5DC1,
    ),
]
"""RFC 9380, appendix J.4.2, curve25519_XMD:SHA-512_ELL2_NU_: u[0], Q.x, and P.x with the cofactor cleared."""


@BOTH
def test_elligator_vectors_of_rfc_9380(curve: Implementation) -> None:
    elements, points, _ = zip(*ELLIGATOR, strict=True)
    assert numbers(curve.map_to_curve(rows(elements))) == list(points)


@pytest.mark.skipif(CURVE is not VECTOR, reason="OpenSSL has no multiplication by 8")
def test_cleared_cofactors_of_rfc_9380() -> None:
    _, points, cleared = zip(*ELLIGATOR, strict=True)
    assert numbers(VECTOR.multiply((8).to_bytes(32, "little"), rows(points))) == list(cleared)


@BOTH
def test_maps_to_the_curve_and_never_to_its_twist(curve: Implementation) -> None:
    elements = np.concatenate([rows(EDGES), random_rows(200, 1)])
    points = numbers(curve.map_to_curve(elements))
    assert all(is_square(u * (u * u + A * u + 1)) and u < P for u in points)
    opposite = curve.map_to_curve(rows((P - number % 2**255) % P for number in numbers(elements)))
    assert points == numbers(opposite)


@BOTH
def test_small_order_gives_zero_and_all_else_does_not(curve: Implementation) -> None:
    scalar = clamped(bytes(range(32)))
    products = curve.multiply(scalar, rows(EDGES))
    assert numbers(products)[: len(OF_SMALL_ORDER)] == [0] * len(OF_SMALL_ORDER)
    assert all(numbers(products)[len(OF_SMALL_ORDER) :])
    assert has_zeros(products)
    assert not has_zeros(curve.multiply(scalar, random_rows(20, 2)))
    assert not has_zeros(products[:0])


@BOTH
def test_exponents_commute(curve: Implementation) -> None:
    one, other = clamped(bytes(range(32))), clamped(bytes(range(100, 132)))
    points = curve.map_to_curve(random_rows(40, 3))
    left = curve.multiply(one, curve.multiply(other, points))
    assert np.array_equal(left, curve.multiply(other, curve.multiply(one, points)))


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 15, 16, 17, 511, 512, 513, 1100])
def test_the_implementations_agree(count: int) -> None:
    scalar = clamped(random_rows(1, count).tobytes())
    elements = np.concatenate([rows(EDGES), random_rows(count, 4)])[-count:] if count else random_rows(0, 4)
    points = [curve.map_to_curve(elements) for curve in IMPLEMENTATIONS]
    products = [curve.multiply(scalar, elements) for curve in IMPLEMENTATIONS]
    assert all(found.shape == (count, 32) for found in (*points, *products))
    assert all(np.array_equal(found, points[0]) for found in points)
    assert all(np.array_equal(found, products[0]) for found in products)


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32, b"\x55" * 32, b"\xaa" * 32, bytes(31) + b"\x40"])
def test_the_implementations_agree_on_special_scalars_and_points(scalar: bytes) -> None:
    products = [curve.multiply(clamped(scalar), rows(EDGES)) for curve in IMPLEMENTATIONS]
    assert all(np.array_equal(found, products[0]) for found in products)


def test_scalars_are_clamped() -> None:
    assert clamped(bytes(32)) == bytes(31) + b"\x40"
    assert clamped(b"\xff" * 32) == b"\xf8" + b"\xff" * 30 + b"\x7f"
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        clamped(bytes(31))


def test_the_portable_implementation_is_chosen_where_it_must_be() -> None:
    able = {"avx512f": True, "avx512dq": True, "avx512ifma": True}
    assert is_vectorised({}, able)
    assert is_vectorised({"TACIT_PORTABLE": "0"}, able)
    assert not is_vectorised({"TACIT_PORTABLE": "1"}, able)
    assert not is_vectorised({}, {})
    for feature in able:
        assert not is_vectorised({}, able | {feature: False})
