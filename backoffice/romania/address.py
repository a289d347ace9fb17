"""A Romanian address as an office writes it: in words, so that nobody has to know the codes of counties. Pure."""

from collections.abc import Mapping
from typing import Any

from backoffice.romania import counties
from backoffice.romania.text import normalise

BUCHAREST = "B"
LABELS = {"number": "nr.", "block": "bl.", "staircase": "sc.", "floor": "et.", "apartment": "ap."}


def address_line(address: Mapping[str, Any]) -> str:
    """Street, number, block…, locality, „județul Constanța” or „municipiul București, sectorul 3”."""
    parts = [address.get("street") or ""]
    parts += [f"{label} {address[name]}" for name, label in LABELS.items() if address.get(name)]
    postal = f"cod poștal {address['postal_code']}" if (address.get("postal_code") or "").strip("0") else ""
    parts += [*region(address.get("locality") or "", address.get("county") or "", address.get("sector")), postal]
    return normalise(", ".join(part for part in parts if part))


def region(locality: str, county: str, sector: Any = None) -> list[str]:
    """Where a locality lies, in words; a city that is its own county is said once."""
    if county == BUCHAREST:
        # On paper people write the sector as the locality, or the city as both.
        said = [] if normalise(locality).casefold() in ("", "bucurești", "municipiul bucurești") else [locality]
        return [*said, "municipiul București", f"sectorul {sector}" if sector else ""]
    return [locality, f"județul {counties.names()[county]}" if county in counties.names() else county]
