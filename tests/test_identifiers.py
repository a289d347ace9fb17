from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.romania import identifiers

TODAY = date(2026, 11, 23)
VALID = [
    "7000229409000",
    "1750514139013",
    "2811103409027",
    "5100721019033",
    "6160229519049",
    "1601231229059",
    "1750514139031",
]


@pytest.mark.parametrize("cnp", VALID)
def test_a_personal_code_with_its_control_digit_is_accepted(cnp):
    assert identifiers.cnp_problem(cnp, today=TODAY) is None


@pytest.mark.parametrize(
    ("cnp", "problem"),
    [
        ("1750514139014", "cnp_checksum"),
        ("1990230139018", "cnp_date"),
        ("7000230409003", "cnp_date"),
        ("7000229409001", "cnp_checksum"),
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


@pytest.mark.parametrize(
    ("cnp", "born"),
    [
        ("1750514139013", ["1975-05-14"]),
        ("5100721019033", ["2010-07-21"]),
        ("7000229409000", ["2000-02-29"]),  # 29 February 1900 did not exist
        ("8000229409002", ["2000-02-29"]),
        ("7750514139012", ["1975-05-14", "2075-05-14"]),
        ("1990230139018", []),
    ],
)
def test_a_code_that_leaves_the_century_open_means_each_day_that_exists(cnp, born):
    assert [day.isoformat() for day in identifiers.birth_dates(cnp)] == born


@pytest.mark.parametrize("first", "789")
@pytest.mark.parametrize("date_", ["000229", "280101", "991231"])
def test_residents_and_foreigners_of_both_centuries_are_accepted(first, date_):
    body = f"{first}{date_}40900"
    good = body + str(1 if _remainder(body) == 10 else _remainder(body))
    assert identifiers.cnp_problem(good, today=TODAY) is None
    wrong = body + str((int(good[-1]) + 1) % 10)
    assert identifiers.cnp_problem(wrong, today=TODAY) == "cnp_checksum"


def _remainder(body):
    return sum(int(a) * int(b) for a, b in zip(body, "279146358279", strict=True)) % 11


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
