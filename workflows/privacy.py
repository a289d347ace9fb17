"""What is said about personal data: by each procedure what it processes, by each house who answers for it (GDPR)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice.romania.law import Ground

if TYPE_CHECKING:
    from backoffice.accounts.models import House

Text = str | Promise


@dataclass(frozen=True)
class Processing:
    """What one procedure does with personal data: why, whose, which, on what ground.

    `data` says by whom the data are about which categories are kept. A box that is not marked as optional must be
    answered: `without` says what happens where it is not.
    """

    purpose: Text
    data: Mapping[str | Promise, Text]
    grounds: tuple[Ground, ...]
    recipients: tuple[Text, ...] = ()
    without: Text = ""


@dataclass(frozen=True)
class Told:
    """Somebody whose data came from somebody else, and the address at which they are told (GDPR art. 14).

    Nobody is told twice about one case. An empty `address` means that none was declared: no mail goes out then, and
    the log of the case says so.
    """

    cnp: str = field(repr=False)
    address: str
    capacity: Text
    categories: Text


@dataclass(frozen=True)
class Controller:
    """A house as the controller of the data of its cases: what it is called, where it is, who answers for data."""

    name: str
    address: str
    email: str
    data_protection: str


def controller(house: House) -> Controller:
    """How to reach a house about personal data. The only place that reads its contact; what it has not said is empty.

    A house enters these itself; until it has, the general words stand there.
    """
    return Controller(
        name=house.full_name or house.name,
        address=house.address_line or house.seat,
        email=house.email,
        data_protection=house.data_protection_email,
    )


def contact_line(house: House) -> str:
    """Where one writes to a house about one's data, in one line of a letter."""
    found = controller(house)
    return found.data_protection or found.email or _("sediul casei, {where}").format(where=found.address)
