from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.romania import identifiers

TODAY = date(2026, 11, 23)
VALID = ["1750514139013", "2811103409027", "5100721019033", "6160229519049", "1601231229059", "1750514139031"]


@pytest.mark.parametrize("cnp", VALID)
def test_a_personal_code_with_its_control_digit_is_accepted(cnp):
    assert identifiers.cnp_problem(cnp, today=TODAY) is None


@pytest.mark.parametrize(
    ("cnp", "problem"),
    [
        ("1750514139014", "cnp_checksum"),
        ("1990230139018", "cnp_date"),
        ("5270102139028", "cnp_future"),
        ("175051413901", "cnp_format"),
        ("17505141390131", "cnp_format"),
        ("0750514139013", "cnp_format"),
        ("١٧٥٠٥١٤١٣٩٠١٣", "cnp_format"),
        ("", "cnp_format"),
    ],
)
def test_a_wrong_personal_code_says_what_is_wrong(cnp, problem):
    assert identifiers.cnp_problem(cnp, today=TODAY) == problem


@given(st.sampled_from(VALID), st.integers(0, 12), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(cnp, place, shift):
    wrong = cnp[:place] + str((int(cnp[place]) + shift) % 10) + cnp[place + 1 :]
    # The remainder 10 is written as 1, so one pair of codes shares its control digit: never by one digit of date.
    assert identifiers.cnp_problem(wrong, today=TODAY) is not None or _is_the_known_pair(cnp, wrong)


def _is_the_known_pair(cnp, wrong):
    weights = "279146358279"

    def remainder(code):
        return sum(int(a) * int(b) for a, b in zip(code, weights, strict=False)) % 11

    return {remainder(cnp), remainder(wrong)} == {1, 10}


@pytest.mark.parametrize("typed", ["RO12345674", "ro 1234 5674", "12345674", " RO12345674 "])
def test_a_fiscal_code_is_the_same_with_and_without_ro(typed):
    assert identifiers.normalise_fiscal_code(typed) == "12345674"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("12345674", None),
        ("314159267", None),
        ("12345675", "fiscal_code"),
        ("1", "fiscal_code"),
        ("1750514139013", "cnp_not_fiscal_code"),
    ],
)
def test_fiscal_codes(code, problem):
    assert identifiers.fiscal_code_problem(code) == problem


@pytest.mark.parametrize(
    ("code", "problem"), [("A12345", None), ("ABCDE", None), ("ĂB123", "stamp_code"), ("A1", "stamp_code")]
)
def test_stamp_codes(code, problem):
    assert identifiers.stamp_code_problem(code) == problem
