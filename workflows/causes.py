"""Why a case is closed without a decision, joined to another, or given a longer term; each with its ground. Pure."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.romania import law
from backoffice.romania.law import HOUSE_RULE, Ground


@dataclass(frozen=True)
class Cause:
    """One reason of an act that is no decision: its code, its sentence, and what it rests on."""

    code: str
    label: str | Promise
    grounds: tuple[Ground, ...]

    @property
    def ground(self) -> str:
        """The articles that it rests on, as a house cites them; empty where it is the house's own rule."""
        return ", ".join(str(ground) for ground in self.grounds if ground.is_law)


# Closed by the head (clasare).
CLOSING = (
    Cause(
        "anonymous",
        _("Cererea nu cuprinde datele de identificare ale solicitantului."),
        (HOUSE_RULE,),
    ),
    Cause("asked_back", _("Solicitantul a cerut, în scris, să nu i se mai rezolve cererea."), (HOUSE_RULE,)),
    Cause(
        "without_object",
        _("Cererea a rămas fără obiect: ceea ce cere există deja sau nu mai poate exista."),
        (HOUSE_RULE,),
    ),
)
# Joined to an earlier case (conexare).
JOINING = Cause(
    "same_subject",
    _("Același solicitant are la casă o cerere anterioară cu același obiect; primește un singur răspuns."),
    (law.ground(law.OG27, "art. 10"),),
)
# Withdrawn by who filed it, on their page.
WITHDRAWAL = Cause("withdrawn", _("Solicitantul și-a retras cererea."), (HOUSE_RULE,))
# A longer legal term.
EXTENSION = (
    Cause(
        "research",
        _("Cererea are nevoie de o cercetare mai amănunțită."),
        (law.ground(law.OG27, "art. 9"),),
    ),
    Cause(
        "completion",
        _("Solicitantul are nevoie de timp pentru completări."),
        (law.ground(law.OG27, "art. 9"),),
    ),
)
EVERY = (*CLOSING, JOINING, WITHDRAWAL, *EXTENSION)
_BY_CODE = {cause.code: cause for cause in EVERY}


def get(code: str) -> Cause:
    """The cause with this code. Raises `KeyError`."""
    return _BY_CODE[code]
