"""The stages of a decision, each with its words. A flow names them in its own order; a procedure may add its own.

Two are fixed: the first stage of every flow proposes, the last one signs. A case waits for a stage under its code.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.enums import Outcome


@dataclass(frozen=True)
class Stage:
    """One stage: its code on cases and decisions, and what people read.

    `title` is what is to be done, `waiting` where the case stands meanwhile, `decision` what was decided, `done` what
    the person is told afterwards. `only_on`: asked for only when this outcome was proposed.
    """

    code: str
    title: str | Promise
    waiting: str | Promise
    decision: str | Promise
    done: str | Promise
    only_on: Outcome | None = None

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
)
VISA = Stage(
    "visa",
    title=_("Viză juridică"),
    waiting=_("Așteaptă viza juridică"),
    decision=_("Viză juridică"),
    done=_("Viza a fost înregistrată."),
    only_on=Outcome.REJECT,
)
ENDORSE = Stage(
    "endorse",
    title=_("Aviz"),
    waiting=_("Așteaptă avizul"),
    decision=_("Aviz"),
    done=_("Avizul a fost înregistrat."),
)
SIGN = Stage(
    "sign",
    title=_("Semnătură"),
    waiting=_("Așteaptă semnătura"),
    decision=_("Semnătură"),
    done=_("Semnătura a fost înregistrată; decizia se emite."),
)
