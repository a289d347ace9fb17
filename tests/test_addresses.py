"""Addresses in acts are words."""

import pytest

from backoffice.romania.address import address_line

STREET = {"street": "Str. Farului", "number": "12"}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"locality": "Constanța", "county": "CT"}, "Str. Farului, nr. 12, Constanța, județul Constanța"),
        (
            {"locality": "București", "county": "B", "sector": 3},
            "Str. Farului, nr. 12, municipiul București, sectorul 3",
        ),
        ({"locality": "București", "county": "B", "sector": None}, "Str. Farului, nr. 12, municipiul București"),
        (
            {"locality": "Eforie", "county": "CT", "block": "A", "staircase": "1", "floor": "2", "apartment": "3"},
            "Str. Farului, nr. 12, bl. A, sc. 1, et. 2, ap. 3, Eforie, județul Constanța",
        ),
        (
            {"locality": "Cluj-Napoca", "county": "CJ", "postal_code": "400001"},
            "Str. Farului, nr. 12, Cluj-Napoca, județul Cluj, cod poștal 400001",
        ),
        ({"locality": "Undeva", "county": "ZZ", "postal_code": "000000"}, "Str. Farului, nr. 12, Undeva, ZZ"),
    ],
)
def test_an_address_is_written_in_words(address, words):
    assert address_line(STREET | address) == words
