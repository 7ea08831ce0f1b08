"""Share kinds and conversions, text in and text out."""

from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.verify import verify, verify_shared
from tacit.compiler.passes.sharing.choose_shares import choose_shares

from tests.protocols.programs import TARGET

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n{\n'


def becomes(before: str, after: str) -> None:
    program = parse_program(HEAD + before + "}")
    verify_shared(program)
    changed = choose_shares(program, TARGET)
    verify(changed)
    verify_shared(changed)
    expected = parse_program(HEAD + after + "}")
    assert print_program(changed, spans=False) == print_program(expected, spans=False)


def test_numbers_are_arithmetic_and_truth_values_boolean() -> None:
    becomes(
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret = share(%0)
        %2 : int[4] secret = multiply(%1, %1)
        %3 : bool[4] secret = less(%1, %2)
        %4 : int[4] secret = select(%3, %1, %2)
        """,
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret/arithmetic = share(%0)
        %2 : int[4] secret/arithmetic = multiply(%1, %1)
        %3 : bool[4] secret/boolean = less(%1, %2)
        %4 : int[4] secret/arithmetic = select(%3, %1, %2)
        """,
    )


def test_what_is_masked_is_compared_in_bits() -> None:
    becomes(
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret = share(%0)
        %2 : int[4] secret = xor(%1, %1)
        %3 : bool[4] secret = less(%2, %1)
        """,
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret/boolean = share(%0)
        %2 : int[4] secret/boolean = xor(%1, %1)
        %3 : bool[4] secret/boolean = less(%2, %1)
        """,
    )


def test_a_conversion_stands_once_behind_the_definition() -> None:
    becomes(
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret = share(%0)
        %2 : int[4] secret = multiply(%1, %1)
        %3 : int[4] secret = xor(%2, %1)
        %4 : int[4] secret = not(%2)
        %5 : int[4] secret = multiply(%3, %4)
        """,
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret/arithmetic = share(%0)
        %9 : int[4] secret/boolean = share(%0)
        %2 : int[4] secret/arithmetic = multiply(%1, %1)
        %6 : int[4] secret/boolean = convert(%2) to="boolean"
        %3 : int[4] secret/boolean = xor(%6, %9)
        %7 : int[4] secret/arithmetic = convert(%3) to="arithmetic"
        %4 : int[4] secret/boolean = not(%6)
        %8 : int[4] secret/arithmetic = convert(%4) to="arithmetic"
        %5 : int[4] secret/arithmetic = multiply(%7, %8)
        """,
    )


def test_what_a_loop_carries_is_converted_outside_of_it() -> None:
    becomes(
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret = share(%0)
        %8 : int[4] secret = loop(%1) count=3 (%2 : int3 static, %3 : int[4] secret) {
          %4 : int[4] secret = xor(%3, %1)
          yield %4
        }
        save(%8) name="kept"
        """,
        """
        %0 : int[4] owned(alice) = input name="x" role="alice"
        %1 : int[4] secret/boolean = share(%0)
        %8 : int[4] secret/boolean = loop(%1) count=3 (%2 : int3 static, %3 : int[4] secret/boolean) {
          %4 : int[4] secret/boolean = xor(%3, %1)
          yield %4
        }
        %9 : int[4] secret/arithmetic = convert(%8) to="arithmetic"
        save(%9) name="kept"
        """,
    )
