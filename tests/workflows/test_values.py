"""Values are tidied before they are judged, each kind in one place: read as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from backoffice.romania.text import normalise, without_separators
from workflows.forms import values

TODAY = date(2026, 11, 23)
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
SEPARATORS = " .-/()\u00a0\u2011\u2013\t"


def read(kind, typed):
    return TypeAdapter(kind).validate_python(typed, context={"today": TODAY})


def refused(kind, typed):
    with pytest.raises(ValidationError) as problem:
        read(kind, typed)
    return problem.value.errors()[0]["type"]


def scattered(text, between):
    """The text with some of these characters anywhere in it."""
    gaps = st.lists(st.text(between, max_size=3), min_size=len(text) + 1, max_size=len(text) + 1)
    return gaps.map(lambda found: found[0] + "".join(c + gap for c, gap in zip(text, found[1:], strict=True)))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0241123456", "0241123456"),
        ("0241 123 456", "0241123456"),
        ("0241.123.456", "0241123456"),
        ("(0241) 123-456", "0241123456"),
        ("+40 241 123 456", "0241123456"),
        ("+40 (0)241 123 456", "0241123456"),
        ("0040 241 123 456", "0241123456"),
    ],
)
def test_a_phone_number_as_people_write_it(typed, kept):
    assert read(values.Phone, typed) == kept


@pytest.mark.parametrize("typed", ["241123456", "+49 241 123 456", "02411234567", "0041241123456", "024112345a"])
def test_what_is_no_phone_number_here(typed):
    assert refused(values.Phone, typed) == "phone"


@pytest.mark.parametrize(
    "typed", ["31.12.2026", "31/12/2026", "31-12-2026", "2026-12-31", " 31.12.2026\u200b", "\ufeff31.12.2026"]
)
def test_a_date_as_people_write_it(typed):
    assert read(values.Day, typed) == "2026-12-31"


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from("./-"), st.booleans())
def test_every_day_may_be_written_with_or_without_leading_zeros(day, separator, short):
    numbers = [str(n) if short else f"{n:02}" for n in (day.day, day.month)]
    assert read(values.Day, separator.join([*numbers, f"{day.year:04}"])) == day.isoformat()


@pytest.mark.parametrize(
    "typed", ["31.11.2026", "31.12/2026", "31.12.26", "12.31.2026", "2026-2-1", "2026/12/31", "31122026", "٣١.١٢.٢٠٢٦"]
)
def test_what_is_no_date(typed):
    assert refused(values.Day, typed) == "date"


@given(scattered("1750514139013", SEPARATORS + INVISIBLE))
def test_a_personal_code_is_the_same_however_it_is_grouped(typed):
    assert read(values.Cnp, typed) == "1750514139013"


@given(scattered("900178", SEPARATORS + INVISIBLE))
def test_a_postal_code_is_the_same_however_it_is_grouped(typed):
    assert read(values.PostalCode, typed) == "900178"


@given(scattered("0241123456", SEPARATORS + INVISIBLE))
def test_a_phone_number_is_the_same_however_it_is_grouped(typed):
    assert read(values.Phone, typed) == "0241123456"


@given(scattered("Țuțea", INVISIBLE))
def test_what_nobody_sees_is_not_kept(typed):
    assert read(values.text(80), typed) == "Țuțea"
    assert read(values.Email, "\u200ba@exem\u00adplu.ro\ufeff") == "a@exemplu.ro"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x00", "\x7f", "\x9b"])
def test_what_changes_how_a_text_looks_is_refused_not_hidden(sign):
    assert refused(values.text(80), f"a{sign}b") == "characters"


@given(st.text())
def test_tidying_twice_changes_nothing(typed):
    assert normalise(normalise(typed)) == normalise(typed)
    assert without_separators(without_separators(typed)) == without_separators(typed)


@pytest.mark.parametrize("kind", [values.Phone, values.PostalCode, values.Cnp, values.Day, values.FiscalCode])
@given(typed=st.text("0123456789+. -/", max_size=20))
def test_what_was_kept_is_kept_again(kind, typed):
    try:
        kept = read(kind, typed)
    except ValidationError:
        return
    assert read(kind, kept) == kept


def test_a_code_that_was_renamed_is_read_under_its_new_name():
    college = values.one_of(["NEW"], formerly={"OLD": "NEW"})
    assert (read(college, "OLD"), read(college, "NEW")) == ("NEW", "NEW")
    assert refused(college, "ELSE") == "code_list"


@pytest.mark.parametrize(("typed", "kept"), [("", ""), (" \u200b", ""), ("0241 123 456", "0241123456")])
def test_a_value_that_may_be_left_out_is_judged_when_it_is_there(typed, kept):
    assert read(values.optional(values.Phone), typed) == kept
    assert refused(values.optional(values.Phone), "12") == "phone"
