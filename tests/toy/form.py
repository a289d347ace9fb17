"""What is asked, as a page: one box."""

from tests.toy.schema import REVIEW_SCHEMA, SCHEMA
from workflows.forms.spec import Box, FormSpec, Group, Page

BOX = Box("email", "Adresa de e-mail", hint="de exemplu birou@exemplu.ro", autocomplete="email")
FORM = FormSpec(
    pages=(Page("adresa", "Adresa de corespondență", "Unde vă scrie casa.", (Group("Adresa", (BOX,)),)),),
    schema=SCHEMA,
)
WHY = Box("why", "De ce", "textarea")
REVIEW_FORM = FormSpec(
    pages=(Page("motive", "Reexaminarea adresei", "De ce cereți.", (Group("Motive", (WHY,)),)),), schema=REVIEW_SCHEMA
)
