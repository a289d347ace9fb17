"""The sentence of each error of a form: what is wrong and what to do, by example. Procedures add their own."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_sentences: dict[str, str | Promise] = {
    "missing": gettext_lazy("Completați acest câmp."),
    "unknown_field": gettext_lazy("Formularul nu are acest câmp: ștergeți-l sau corectați-i numele."),
    "json": gettext_lazy("Rândul nu este un obiect JSON: verificați ghilimelele, virgulele și acoladele."),
    "type": gettext_lazy("Valoarea nu are forma așteptată: verificați cum este scrisă."),
    "characters": gettext_lazy("Textul conține semne care nu se pot citi: scrieți-l din nou."),
    "too_long": gettext_lazy("Textul este prea lung: scrieți cel mult {maximum} de semne."),
    "too_many": gettext_lazy(
        "Aici încap cel mult {maximum}: păstrați-le pe cele care contează sau împărțiți cererea în mai multe."
    ),
    "cnp_format": gettext_lazy("Codul numeric personal are 13 cifre, de exemplu 1750514139013."),
    "cnp_checksum": gettext_lazy(
        "Cifra de control a codului numeric personal nu se potrivește: verificați fiecare cifră."
    ),
    "cnp_date": gettext_lazy("Data nașterii din codul numeric personal nu există: verificați cifrele 2–7."),
    "cnp_future": gettext_lazy("Data nașterii din codul numeric personal este în viitor: verificați cifrele."),
    "fiscal_code": gettext_lazy(
        "Codul de identificare fiscală nu este valid: 2–10 cifre, de exemplu 12345674. Verificați-l în certificatul "
        "de înregistrare fiscală."
    ),
    "cnp_not_fiscal_code": gettext_lazy(
        "Ați scris un cod numeric personal. Aici se scrie codul de identificare fiscală, de exemplu 12345674."
    ),
    "stamp_code": gettext_lazy("Codul de parafă are 5 sau 6 litere mari și cifre, de exemplu A12345."),
    "email": gettext_lazy("Adresa de e-mail nu este completă: scrieți-o ca nume@domeniu.ro."),
    "phone": gettext_lazy("Numărul de telefon are 10 cifre și începe cu 0, de exemplu 0241123456."),
    "postal_code": gettext_lazy("Codul poștal are 6 cifre, de exemplu 900178."),
    "county": gettext_lazy("Alegeți județul din listă."),
    "code_list": gettext_lazy("Alegeți o valoare din listă."),
    "date": gettext_lazy("Data nu există: scrieți-o ZZ.LL.AAAA, de exemplu 31.12.2026."),
    "future_date": gettext_lazy("Data este în viitor: verificați-o."),
    "house_not_territorial": gettext_lazy(
        "Această casă nu are competență teritorială: alegeți casa județului în care se află punctul de lucru."
    ),
    "missing_unknown": gettext_lazy("Formularul nu are acest câmp, deci nu poate lipsi: corectați-i numele."),
    "missing_filled": gettext_lazy(
        "Ați bifat că lipsește pe hârtie, dar este completat: scoateți bifa sau ștergeți ce ați scris."
    ),
    "must_accept": gettext_lazy("Fără această declarație cererea nu se poate depune: bifați-o după ce ați citit-o."),
}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Add the sentences of a procedure's own errors."""
    _sentences.update(sentences)


def sentence(code: str, **facts: Any) -> str:
    """The sentence of an error code in the language of the page."""
    known = _sentences.get(code)
    return str(known).format(**facts) if known else _("Valoarea nu este acceptată: verificați-o.")
