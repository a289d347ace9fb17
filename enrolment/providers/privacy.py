"""What the enrolment of providers does with personal data: its part of the notice that each house publishes."""

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import L95, OG27, ORDER, ground
from workflows.privacy import Processing

OF_PHYSICIANS = _(
    "numele, codul numeric personal, codul de parafă, specialitatea și gradul, certificatul de membru al colegiului, "
    "avizul anual, polița de malpraxis, locul, forma și perioada în care lucrați, e-mailul și telefonul"
)
PROCESSING = Processing(
    purpose=_(
        "Casa hotărăște dacă furnizorul și medicii lui se înrolează în Platforma informatică din asigurările de "
        "sănătate, pentru folosirea dosarului electronic de sănătate, și emite decizia, convenția și cheia de licență."
    ),
    data={
        _("Reprezentantul legal"): _(
            "numele, codul numeric personal, actul de identitate, calitatea; copia actului de identitate, dacă o "
            "atașați"
        ),
        _("Persoana de contact"): _("numele, telefonul, e-mailul"),
        _("Împuternicitul"): _("numărul, data și emitentul împuternicirii; copia ei, dacă o atașați"),
        _("Medicii declarați"): _(
            "numele, codul numeric personal, codul de parafă, specialitatea și gradul, certificatul de membru al "
            "colegiului, avizul anual, polița de malpraxis, locul, forma și perioada în care lucrează, e-mailul și "
            "telefonul"
        ),
    },
    grounds=(
        ground(L95, "art. 30 alin. (2)"),
        ground(L95, "art. 280 alin. (2)"),
        ground(ORDER, "întregul ordin"),
        ground(OG27, "art. 8"),
    ),
    recipients=(
        _("Casa Națională de Asigurări de Sănătate, pentru platforma în care se face înrolarea;"),
        _("pentru fiecare județ în care furnizorul are un punct de lucru, casa acelui județ, numai cu partea ei;"),
    ),
    without=_(
        "Fără datele cerute cererea online nu se poate depune. Cea pe hârtie se înregistrează oricum, dar casa cere "
        "completarea ei și o poate respinge. Câmpurile însemnate „opțional” se pot lăsa goale."
    ),
)
