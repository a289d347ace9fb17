"""The 42 counties that have a territorial house, from the list of houses. Pure."""

import csv
from functools import cache
from pathlib import Path

HOUSES_CSV = Path(__file__).parent / "data" / "houses.csv"


@cache
def houses() -> tuple[dict[str, str], ...]:
    """The 43 houses as published: code, county, cnp_county, name, seat, kind."""
    with HOUSES_CSV.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def names() -> dict[str, str]:
    """County code to county name, in the order of names."""
    found = {h["county"]: _county_name(h) for h in houses() if h["county"]}
    return dict(sorted(found.items(), key=lambda item: item[1].translate(str.maketrans("ĂÂÎȘȚăâîșț", "AAISTaaist"))))


def choices() -> tuple[tuple[str, str], ...]:
    """For a select."""
    return tuple(names().items())


def territorial_codes() -> frozenset[str]:
    """The codes of houses that have a county."""
    return frozenset(h["code"] for h in houses() if h["county"])


def _county_name(house: dict[str, str]) -> str:
    return "București" if house["county"] == "B" else house["name"].removeprefix("CAS ")
