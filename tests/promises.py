"""What pages, mails and acts tell people to do or to expect, and the test that walks each of these roads.

A sentence on screen is a feature: "cereți o cheie nouă" without a way to ask for one is a defect. `python -m
tests.static` compares: every such sentence of the catalogue, of the acts and of the code lists stands here, every road
is a test that exists, nothing stands here that is no longer said.
"""

import ast
import csv
import re
from functools import cache
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
# Words by which a sentence promises: what people may ask, will get, or must do by some day.
PROMISING = re.compile(
    r"\b(?:cereți|puteți|veți primi|primiți|adresați-vă|adresa(?:ți)? instanței|anunțați|întrebați|în termen de"
    r"|vă (?:scriem|vom scrie|trimitem|vom trimite)|se ridică|se poate (?:depune|formula|cere|face))\b"
    r"|\bîn (?:\d+|{{ \w+ }}|%\(\w+\)s) de zile\b",
    re.IGNORECASE,
)


def sentences() -> set[str]:
    """Every promising sentence that the product can say."""
    return {text for text in _texts() - NO_PROMISE if PROMISING.search(text)}


def problems(promises: dict[str, str] | None = None, said: set[str] | None = None) -> list[str]:
    """What does not agree: a promise without its road, a road without its test, a road for what nobody says."""
    promises = PROMISES if promises is None else promises
    said = sentences() if said is None else said
    found = [f"tests/promises.py: no road for {text!r}" for text in sorted(said - promises.keys())]
    found += [f"tests/promises.py: nobody says {text!r}" for text in sorted(promises.keys() - said)]
    lost = {test for road in set(promises.values()) for test in ROADS.get(road, (f"?::{road}",)) if not _exists(test)}
    return found + [f"tests/promises.py: no test {test}" for test in sorted(lost)]


def _texts() -> set[str]:
    found = {" ".join(entry.msgid.split()) for entry in _catalogue() if not entry.obsolete}
    for path in sorted((ROOT / "templates" / "pdf").rglob("*.html")):
        bare = re.sub(r"{%.*?%}|{#.*?#}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        for block in re.split(r"</?(?:p|li|td|th|h1|h2|div|br)\b[^>]*>", bare):
            found.add(" ".join(re.sub(r"<[^>]+>", " ", block).split()))
    for path in sorted((ROOT / "enrolment" / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {
                " ".join(str(row[name]).split()) for row in csv.DictReader(file) for name in ("fix",) if name in row
            }
    return found


def _catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))


@cache
def _tests(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return name in _tests(path)


# What promises nothing: headings and hints that ask.
NO_PROMISE = frozenset(
    {
        "Ce cereți",
        "Ce puteți face",
        "Ce puteți face acum",
        "De ce cereți o cheie nouă",
        "De ce cereți depinde ce se schimbă dacă plângerea se admite.",
        "Spuneți ce este greșit în decizie și ce cereți. O verifică alte persoane decât cele care au propus-o.",
        "Spuneți ce motiv al deciziei contestați, de ce, și ce cereți.",
    }
)
# Each road and the tests that walk it.
ROADS: dict[str, tuple[str, ...]] = {
    "filing online": ("tests/browser/test_walk.py::test_the_walk_from_filing_to_the_opened_key",),
    "a draft goes on later": ("tests/browser/test_walk.py::test_what_was_typed_is_kept_by_itself",),
    "number and term at once": (
        "tests/workflows/test_views.py::test_a_filing_page_by_page_ends_with_number_and_term_in_the_same_response",
    ),
    "errors before filing": ("tests/browser/test_walk.py::test_errors_are_said_on_top_at_the_box_and_nothing_is_lost",),
    "scans": ("tests/browser/test_scans.py::test_a_photo_is_attached_checked_and_looked_at_by_the_house",),
    "completion": (
        "tests/workflows/test_flow.py::test_a_completion_is_asked_answered_and_judged_again",
        "tests/workflows/test_letters.py::test_a_clerk_keys_in_the_answer",
    ),
    "extension": (
        "tests/browser/test_ends.py::test_a_clerk_is_refused_the_director_extends_and_the_applicant_reads_the_new_day",
    ),
    "completion before rejection": (
        "tests/workflows/test_terms.py::test_reasons_that_can_be_put_right_reject_only_after_they_were_asked_for",
    ),
    "paper": ("tests/browser/test_paper_road.py::test_the_whole_paper_road",),
    "letters to the registered office": (
        "tests/workflows/test_letters.py::test_without_an_address_the_letter_waits_to_be_posted",
    ),
    "joining": (
        "tests/browser/test_ends.py::test_the_head_joins_one_closes_the_other_and_the_applicant_withdraws_a_third",
        "tests/workflows/test_closing.py::test_a_later_request_is_joined_and_gets_the_one_answer",
    ),
    "prior complaint": (
        "tests/browser/test_after_decision.py::test_a_prior_complaint_from_the_decision_to_the_one_that_is_taken_anew",
        "tests/enrolment/test_complaints.py::test_the_term_is_counted_in_words_and_date",
    ),
    "court, named in the act": (
        "tests/notifications/test_documents.py::test_a_decision_names_the_house_its_articles_its_annexes_and_the_court",
        "tests/enrolment/test_complaints.py::test_the_act_says_facts_ground_effects_and_remedy",
    ),
    "new key": ("tests/browser/test_after_the_decision.py::test_a_lost_key",),
    "key at the counter": ("tests/workflows/test_views.py::test_a_key_of_a_paper_request_is_handed_over_once",),
    "change of data": ("tests/browser/test_after_the_decision.py::test_a_change_of_data",),
    "end of an enrolment": ("tests/enrolment/test_withdrawal.py::test_it_ends_with_its_key_and_its_convention",),
    "new request after an end": ("tests/enrolment/test_withdrawal.py::test_afterwards_a_new_request_is_possible",),
    "roles from the administrator": (
        "tests/accounts/test_accounts.py::test_roles_are_given_by_the_administrator_of_the_house_only",
    ),
    "identity": ("tests/workflows/test_views.py::test_an_account_without_identity_is_asked_for_it_first",),
    "account confirmed": ("tests/accounts/test_accounts.py::test_an_account_is_made_confirmed_and_used",),
    "password changed": (
        "tests/accounts/test_sessions.py::test_what_changes_an_account_ends_its_sessions_and_no_others",
    ),
    "support, named on the page": (
        "tests/workflows/test_failed.py::test_who_the_support_is_stands_on_the_page",
        "tests/workflows/test_failed.py::test_the_head_sees_what_stopped_and_why_and_asks_for_it_again",
    ),
    "template put back": (
        "tests/notifications/test_words.py::test_a_template_changed_after_the_signature_issues_nothing_until_it_is_put_back",
    ),
    "privacy notice": (
        "tests/workflows/test_privacy.py::test_the_notice_says_what_article_13_wants",
        "tests/workflows/test_privacy.py::test_each_physician_who_is_declared_is_told_once",
    ),
    "search": ("tests/workflows/test_views.py::test_search_finds_by_number_code_and_name_without_diacritics",),
    "verification": (
        "tests/notifications/test_documents.py::test_the_public_page_tells_genuine_altered_superseded_and_unknown",
    ),
    "parties decide nothing": (
        "tests/toy/test_review.py::test_it_has_the_house_the_subject_and_the_parties_of_the_case_it_is_about",
    ),
    "contract channel (outside)": ("tests/workflows/test_views.py::test_a_whole_case_through_the_pages",),
}
PROMISES: dict[str, str] = {
    "A apărut o eroare neprevăzută la fiecare încercare. Reluați; dacă se repetă, anunțați suportul.": "support, named on the page",
    "Această cerere nu se poate face aici. Începeți-o din pagina dosarului la care se referă.": "prior complaint",
    "Actul nu a putut fi scris ca PDF. Reluați; dacă se repetă, anunțați suportul și spuneți numărul dosarului.": "support, named on the page",
    "Adresați-vă casei cu care aveți contract, prin canalul contractual.": "contract channel (outside)",
    "Anunțați suportul; când pornește din nou, operațiunile continuă singure.": "support, named on the page",
    "Art. 2. Utilizatorul atribuit este {{ user_name }} . Cheia de licență (serie de licență, cheie de activare) se comunică separat, o singură dată, potrivit convenției de utilizare. Solicitantul nu a cerut cheie de licență (serie de licență, cheie de activare); ea se poate cere oricând, printr-o cerere de cheie nouă la casa de asigurări de sănătate.": "new key",
    "Art. 3. O cerere nouă se poate depune oricând, după îndreptarea celor de mai sus.": "new request after an end",
    "Art. 3. O cerere nouă se poate depune oricând, după îndreptarea celor de mai sus. Cheia de licență {{ former_key.mask }} este blocată și rămâne blocată.": "new request after an end",
    "Art. 3. Încetarea nu poate fi urmată de reluarea aceleiași înrolări. O cerere nouă de înrolare se poate depune oricând.": "new request after an end",
    "Art. {{ article }}. Prezenta decizie se comunică solicitantului. Împotriva ei se poate formula plângere prealabilă la emitent, {{ house.full_name }}, în termen de {{ remedy.days }} de zile de la comunicare ({{ remedy.complaint }}), apoi acțiune la {{ house.court }} ({{ remedy.court }}), în termenul de șase luni prevăzut de {{ remedy.term }} din aceeași lege.": "prior complaint",
    "Ați pierdut cheia sau a ajuns la altcineva? Cereți una nouă": "new key",
    "Bună ziua, %(subject)s v-a declarat (%(capacity)s) într-o cerere către %(controller)s: %(title)s, înregistrată cu nr. %(entry)s. Vă scriem pentru că datele dumneavoastră nu au venit de la dumneavoastră (art. 14 din Regulamentul (UE) 2016/679). Ce date despre dumneavoastră sunt în cerere: %(categories)s. De la cine le avem: de la %(subject)s. La ce folosesc: %(purpose)s Puteți cere casei accesul la datele dumneavoastră, îndreptarea lor, restricționarea prelucrării, ștergerea celor păstrate fără temei, și vă puteți opune prelucrării. Scrieți la %(contact)s și spuneți numărul %(entry)s. Vă puteți plânge și Autorității Naționale de Supraveghere a Prelucrării Datelor cu Caracter Personal (www.dataprotection.ro). Dacă nu lucrați la %(subject)s sau nu știați că ați fost declarat, scrieți la aceeași adresă și spuneți numărul %(entry)s. Informarea întreagă:": "privacy notice",
    "Casa nu are niciun dosar care să se potrivească. Puteți căuta după numărul de înregistrare, codul fiscal sau o parte din denumire, cu sau fără diacritice.": "search",
    "Casa nu o mai rezolvă și nu mai primiți o decizie. Retragerea nu se poate desface; puteți depune oricând o cerere nouă, cu alt număr și alt termen. Cererea și istoricul ei rămân în evidența casei.": "new request after an end",
    'Casa vă răspunde, favorabil sau nu, cel târziu la {{ due_on|date:"j F Y" }} : în 30 de zile de la înregistrare (art. 8 din Ordonanța Guvernului nr. 27/2002).': "number and term at once",
    "Cererea nu se poate aproba cât timp lipsesc: {names}. Cereți completări.": "completion",
    "Cererea nu se poate depune încă": "errors before filing",
    "Cererea nu spune din ce zi încetează înrolarea: cereți completarea ei.": "completion",
    "Cereți directorului să prelungească termenul, din pagina dosarului, sau propuneți soluția.": "extension",
    "Cereți o cheie de licență nouă": "new key",
    "Cereți încetarea înrolării": "end of an enrolment",
    "Cereți întâi completări pentru {codes}; se respinge numai după răspuns sau după termen.": "completion before rejection",
    "Cheia se arată o singură dată. Deschideți-o când o puteți nota sau introduce în aplicație.": "filing online",
    "Completați cererea online; se salvează singură, o puteți continua oricând.": "a draft goes on later",
    "Contul nu este legat de o persoană. Cereți administratorului casei să completeze identitatea.": "identity",
    "Dacă ar trebui să îl puteți face, adresați-vă administratorului casei.": "roles from the administrator",
    "Dacă cererea a fost aprobată și cheia de licență a fost cerută, ea se ridică de la ghișeul casei, de reprezentantul legal, cu actul de identitate.": "key at the counter",
    "Dacă nu dumneavoastră ați făcut schimbarea, schimbați imediat parola la adresa de mai jos și anunțați administratorul casei.": "password changed",
    "Dispozitivul sau serviciul de sigilare a refuzat accesul: PIN ori date de acces greșite sau blocate. Nu se încearcă din nou de la sine, ca să nu se blocheze. Anunțați suportul; reluați după ce le îndreaptă.": "support, named on the page",
    "Dosarul electronic de sănătate este obligatoriu și pentru furnizorii fără contract cu o casă de asigurări de sănătate și pentru medicii lor. Înrolarea se cere la casa județului în care lucrați. Aici depuneți cererea, urmăriți termenul și primiți decizia.": "filing online",
    "Fotografiați sau scanați actele de mai jos. Puteți depune cererea și fără ele; casa vi le poate cere după aceea.": "scans",
    "Furnizorul are deja o înrolare sau o altă cerere în lucru la această casă (motivul R12): propuneți respingerea, cereți șefului de serviciu să conexeze dosarele sau așteptați soluția celuilalt.": "joining",
    "Fără această declarație cererea nu se poate depune: bifați-o după ce ați citit-o.": "errors before filing",
    "Fără datele cerute cererea online nu se poate depune. Cea pe hârtie se înregistrează oricum, dar casa cere completarea ei și o poate respinge. Câmpurile însemnate „opțional” se pot lăsa goale.": "paper",
    "La %(house)s, cererea dumneavoastră nr. %(entry)s a fost conexată la cererea nr. %(main)s, cu același obiect (%(ground)s). Veți primi un singur răspuns, pentru amândouă, la cererea nr. %(main)s.": "joining",
    "La depunere primiți pe loc numărul de înregistrare și ultima zi în care casa trebuie să răspundă.": "number and term at once",
    "Lipsa răspunsului nu înseamnă aprobare; împotriva nesoluționării în termen vă puteți adresa instanței.": "court, named in the act",
    "Lucrarea a durat prea mult de fiecare dată. Reluați-o; dacă se repetă, anunțați suportul.": "support, named on the page",
    "Nu aveți nimic de făcut. Când se schimbă ceva, cereți atunci schimbarea.": "change of data",
    "Nu vă bazați pe el. Cereți actul de la cel care l-a primit sau de la casă.": "verification",
    "Plângerea prealabilă se depune la emitent în 30 de zile de la comunicare.": "prior complaint",
    "Plângerea se face în 30 de zile de la comunicare, cel târziu {last}: mai este {n} zi.": "prior complaint",
    "Plângerea se poate face de acum. Termenul de 30 de zile începe abia când decizia ajunge la cel căruia i se adresează.": "prior complaint",
    "Primiți decizia cu sigiliu electronic și, dacă este aprobată, cheia de licență.": "filing online",
    "Primiți un singur răspuns, la cererea nr. %(number)s.": "joining",
    "Programul care lucrează s-a oprit la fiecare încercare. Reluați; dacă se repetă, anunțați suportul.": "support, named on the page",
    "Programul de verificare s-a oprit la fiecare încercare. Anunțați suportul.": "support, named on the page",
    "Puteți atașa o fotografie a actului de identitate și polițele de malpraxis.": "scans",
    "Puteți cere casei accesul la datele dumneavoastră, îndreptarea lor, restricționarea prelucrării și ștergerea celor păstrate fără temei; vă puteți opune prelucrării din motive care țin de situația dumneavoastră. Portabilitatea nu se aplică, pentru că datele nu se prelucrează pe bază de consimțământ sau de contract. Scrieți la %(contact)s.": "privacy notice",
    "Puteți depune cererea, dar casa va vedea acestea și poate cere completări sau o poate respinge:": "errors before filing",
    "Puteți depune oricând o cerere nouă.": "new request after an end",
    "Puteți merge la instanța de contencios administrativ, în șase luni de la comunicarea răspunsului.": "court, named in the act",
    "Schimbarea persoanelor declarate nu se poate face prin completare. Păstrați persoanele din cerere sau adresați-vă casei, cu numărul de înregistrare, pentru o cerere nouă.": "new request after an end",
    "Scrisoarea nu mai are destinatar în registru. Anunțați suportul.": "support, named on the page",
    "Se răspunde în 30 de zile de la înregistrare, fie că soluția este favorabilă sau nu.": "number and term at once",
    "Sediul stă în decizie și în convenție; acolo vă scriem pe hârtie.": "letters to the registered office",
    "Sunteți parte în acest dosar, deci nu îl puteți decide.": "parties decide nothing",
    "Un funcționar verifică datele. Dacă lipsește ceva, vă scriem și aveți cel mult 10 zile lucrătoare pentru completare.": "completion",
    "V-am trimis un mesaj cu o adresă de confirmare. Deschideți-o ca să puteți folosi contul. Dacă nu îl găsiți în câteva minute, căutați-l și în mesajele nedorite.": "account confirmed",
    "Versiunea instalată nu cunoaște acest fel de lucrare. Anunțați suportul.": "support, named on the page",
    "Vă puteți plânge la Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal, B-dul G-ral. Gheorghe Magheru nr. 28–30, sectorul 1, București, www.dataprotection.ro.": "privacy notice",
    "faptele și, dacă o știți, norma; puteți atașa acte la pasul următor": "scans",
    "Împotriva răspunsului nu se face altă plângere prealabilă. Puteți merge la instanța de contencios administrativ, în șase luni de la comunicarea răspunsului (Legea nr. 554/2004, art. 10 și art. 11).": "court, named in the act",
    "Șablonul actului s-a schimbat după semnare: actul n-ar mai spune exact ce s-a semnat, deci nu s-a emis. Anunțați suportul: se pune la loc șablonul de la semnare, apoi reluați.": "template put back",
}
