"""What is asked, as a page: one box."""

from backoffice.romania.law import HOUSE_RULE
from tests.toy.schema import SCHEMA
from workflows.forms.spec import Box, FormSpec, Group, Page, Why

BOX = Box("email", "Adresa de e-mail", hint="de exemplu birou@exemplu.ro", autocomplete="email")
ADDRESS = Group("Adresa", (BOX,), why=Why("Casa trimite scrisorile la această adresă.", HOUSE_RULE))
FORM = FormSpec(
    pages=(Page("adresa", "Adresa de corespondență", "Unde vă scrie casa.", (ADDRESS,)),),
    schema=SCHEMA,
    takes="un minut",
)
