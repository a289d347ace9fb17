"""The stages of a decision, each with its words. A flow names them in its own order; a procedure may add its own.

Two are fixed: the first stage of every flow proposes, the last one signs. A case waits for a stage under its code.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import HOUSE_RULE, OG27, Ground, ground
from workflows.enums import Outcome


@dataclass(frozen=True)
class Stage:
    """One stage: its code on cases and decisions, and what people read.

    `title` is what is to be done, `waiting` where the case stands meanwhile, `decision` what was decided, `done` what
    the person is told afterwards. `only_on`: asked for only when this outcome was proposed. In acts, which are in
    Romanian: `signature` stands before the name in the block of signatures, `recital` before it among what was
    considered. `path` tells the applicant what happens meanwhile, `agree` is what one ticks to agree with the proposal,
    `passes` tells who proposes that the case goes this way. `grounds`: what the stage rests on.
    """

    code: str
    title: str | Promise
    waiting: str | Promise
    decision: str | Promise
    done: str | Promise
    only_on: Outcome | None = None
    signature: str = ""
    recital: str = ""
    path: str | Promise = ""
    agree: str | Promise = _("Sunt de acord cu propunerea")
    passes: str | Promise = ""
    grounds: tuple[Ground, ...] = ()

    def __str__(self) -> str:
        return self.code

    def on_case(self) -> dict[str, str]:
        """As it is copied to a case when it is registered."""
        return {"code": self.code, "only_on": str(self.only_on or "")}


PROPOSE = Stage(
    "propose",
    title=_("Verificare"),
    waiting=_("În verificare"),
    decision=_("Propunere (referat)"),
    done=_("Propunerea a fost trimisă mai departe."),
    signature="Întocmit",
    recital="referatul întocmit",
    path=_("Un funcționar verifică datele și propune soluția."),
    grounds=(HOUSE_RULE,),
)
VISA = Stage(
    "visa",
    title=_("Viză juridică"),
    waiting=_("Așteaptă viza juridică"),
    decision=_("Viză juridică"),
    done=_("Viza a fost înregistrată."),
    only_on=Outcome.REJECT,
    signature="Vizat juridic",
    recital="viza juridică dată",
    path=_("Un jurist verifică propunerea."),
    agree=_("Dau viza de legalitate și confirm temeiurile"),
    passes=_("(trece întâi pe la consilierul juridic)"),
    grounds=(HOUSE_RULE,),
)
ENDORSE = Stage(
    "endorse",
    title=_("Aviz"),
    waiting=_("Așteaptă avizul"),
    decision=_("Aviz"),
    done=_("Avizul a fost înregistrat."),
    signature="Avizat",
    recital="avizul dat",
    path=_("A doua persoană verifică propunerea."),
    agree=_("Avizez propunerea"),
    grounds=(ground(OG27, "art. 13"),),
)
SIGN = Stage(
    "sign",
    title=_("Semnătură"),
    waiting=_("Așteaptă semnătura"),
    decision=_("Semnătură"),
    done=_("Semnătura a fost înregistrată; decizia se emite."),
    signature="Aprobat",
    recital="semnătura dată",
    path=_("Președintele – director general semnează decizia."),
    grounds=(ground(OG27, "art. 13"),),
)
