"""What is asked, as a page: one box."""

from backoffice.romania.law import HOUSE_RULE
from tests.toy.schema import REVIEW_SCHEMA, SCHEMA
from workflows.forms.spec import Box, FormSpec, Group, Page, Why

BOX = Box("email", "Adresa de e-mail", hint="de exemplu birou@exemplu.ro", autocomplete="email")
ADDRESS = Group("Adresa", (BOX,), why=Why("Casa trimite scrisorile la această adresă.", HOUSE_RULE))
FORM = FormSpec(
    pages=(Page("adresa", "Adresa de corespondență", "Unde vă scrie casa.", (ADDRESS,)),),
    schema=SCHEMA,
    takes="un minut",
)
WHY = Box("why", "De ce", "textarea")
REASONS = Group("Motive", (WHY,), why=Why("Casa răspunde la ce scrieți aici.", HOUSE_RULE))
REVIEW_FORM = FormSpec(
    pages=(Page("motive", "Reexaminarea adresei", "De ce cereți.", (REASONS,)),), schema=REVIEW_SCHEMA, takes="un minut"
)
