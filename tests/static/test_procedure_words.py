"""Which words belong to the procedures: what general rooms may not name, and what stays everybody's."""

import pytest

from tests.static import procedure_words


@pytest.mark.parametrize(
    "word",
    [
        *("providers", "providers.issue", "providers.approval", "LicenceKey", "licence_key", "providers_licencekey"),
        *("provider_uic", "provider.uic", "work_points", "legal_representative", "physician", "identity_document"),
        *("one_live_key_per_provider_and_house", "enrolment_is_mine", "licence.issued", "R05", "no_physician"),
    ],
)
def test_what_a_procedure_declares_is_its_own(word):
    assert word in procedure_words.words()


@pytest.mark.parametrize(
    "word",
    ["provider", "certificate", "grade", "declaration", "issued_at", "last_name", "state", "house", "stamp_code"],
)
def test_english_and_the_words_of_general_rooms_are_everybodys(word):
    assert word not in procedure_words.words()


@pytest.mark.parametrize("line", ['url "providers:key"', "from enrolment.providers import x", "a.provider_uic = 1"])
def test_a_word_is_found_wherever_it_stands(line):
    assert procedure_words.pattern().search(line)


@pytest.mark.parametrize("line", ["--locale-provider=builtin", "socialaccount.providers_list", "x.R051"])
def test_a_part_of_another_word_is_no_breach(line):
    assert not procedure_words.pattern().search(line)
