"""The sentence of each error of form F1: what is wrong and what to do, by example (look.md, Words). Pure."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES = {
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
        "Codul de identificare fiscală nu este valid: 2–10 cifre, de exemplu 12345674. Verificați-l în certificatul de înregistrare fiscală."
    ),
    "cnp_not_fiscal_code": gettext_lazy(
        "Ați scris un cod numeric personal. Aici se scrie codul de identificare fiscală al furnizorului, de exemplu 12345674."
    ),
    "stamp_code": gettext_lazy("Codul de parafă are 5 sau 6 litere mari și cifre, de exemplu A12345."),
    "stamp_code_shared": gettext_lazy("Același cod de parafă apare la două persoane: verificați-l la fiecare."),
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
    "work_point_index": gettext_lazy("Alegeți unul dintre punctele de lucru declarate."),
    "no_work_point": gettext_lazy("Adăugați cel puțin un punct de lucru."),
    "no_physician": gettext_lazy("Adăugați cel puțin un medic."),
    "no_physician_in_county": gettext_lazy(
        "La punctele de lucru din acest județ nu este niciun medic: alocați cel puțin unul sau ștergeți punctul de lucru."
    ),
    "must_accept": gettext_lazy("Fără această declarație cererea nu se poate depune: bifați-o după ce ați citit-o."),
    "register_no": gettext_lazy("Pentru această formă de organizare completați numărul din registru."),
}

# Wrong numbers that may really stand on a paper; a missing signature or declaration is never one of them.
AS_WRITTEN_CODES = frozenset(
    {
        "cnp_format",
        "cnp_checksum",
        "cnp_date",
        "cnp_future",
        "fiscal_code",
        "cnp_not_fiscal_code",
        "stamp_code",
        "email",
        "phone",
        "postal_code",
    }
)
# A valid value of each such field: lets the rest of the form be judged and normalised as if it were right.
STAND_INS = {
    "cnp": "1750514139013",
    "uic": "12345674",
    "stamp_code": "AAAAA",
    "email": "a@example.ro",
    "phone": "0200000000",
    "postal_code": "000000",
}


def sentence(code: str, **facts: Any) -> str:
    """The sentence of an error code in the language of the page."""
    known = SENTENCES.get(code)
    return str(known).format(**facts) if known else _("Valoarea nu este acceptată: verificați-o.")
