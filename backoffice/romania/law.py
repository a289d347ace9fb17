"""The law that rules, reasons, terms and notices rest on: acts and articles as data. Pure.

A ground is one article of one act, or the house's own rule. `read` says whether we have read the article's text, or
know it from a page that cites it: a mark for staff, never printed.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Act:
    """A normative act: how it is called in short, and how an act of a house cites it."""

    code: str
    full: str


@dataclass(frozen=True)
class Ground:
    """What a rule rests on: an article of an act, or the house's own rule (no act then)."""

    act: Act | None
    article: str = ""
    says: str = ""
    read: bool = False

    @property
    def is_law(self) -> bool:
        """Can an act of the house rest on it?"""
        return self.act is not None

    def __str__(self) -> str:
        return f"{self.article} din {self.act.code}" if self.act else "regula casei"


HOUSE_RULE = Ground(None)

AMENDED = ", cu modificările și completările ulterioare"
L95 = Act("Legea nr. 95/2006", f"Legea nr. 95/2006 privind reforma în domeniul sănătății, republicată{AMENDED}")
ORDER = Act(
    "Ordinul nr. 1.123/849/2016",
    "Ordinul ministrului sănătății și al președintelui Casei Naționale de Asigurări de Sănătate "
    f"nr. 1.123/849/2016{AMENDED}",
)
OG27 = Act(
    "Ordonanța Guvernului nr. 27/2002",
    "Ordonanța Guvernului nr. 27/2002 privind reglementarea activității de soluționare a petițiilor" + AMENDED,
)
L554 = Act("Legea nr. 554/2004", f"Legea contenciosului administrativ nr. 554/2004{AMENDED}")
CIVIL_CODE = Act("Codul civil", f"Legea nr. 287/2009 privind Codul civil, republicată{AMENDED}")
GDPR = Act(
    "Regulamentul (UE) 2016/679",
    "Regulamentul (UE) 2016/679 privind protecția persoanelor fizice în ceea ce privește prelucrarea datelor cu "
    "caracter personal",
)

_GROUNDS = {
    (ground.act.code, ground.article): ground
    for ground in (
        Ground(L95, "art. 30 alin. (2)"),
        Ground(L95, "art. 280 alin. (2)"),
        Ground(L95, "art. 346^6"),
        Ground(ORDER, "întregul ordin"),
        Ground(OG27, "art. 6^1"),
        Ground(OG27, "art. 8"),
        Ground(OG27, "art. 9"),
        Ground(OG27, "art. 10"),
        Ground(OG27, "art. 13"),
        Ground(L554, "art. 7"),
        Ground(L554, "art. 10"),
        Ground(L554, "art. 11"),
        Ground(CIVIL_CODE, "art. 2554"),
        Ground(GDPR, "art. 13"),
        Ground(GDPR, "art. 14"),
    )
    if ground.act
}


def ground(act: Act, article: str) -> Ground:
    """The ground that this article of this act is. Raises `KeyError` when the data has no such article."""
    return _GROUNDS[act.code, article]
