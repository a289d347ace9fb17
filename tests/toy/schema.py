"""What is asked, as data: the frame of every content and one address."""

from workflows.forms.schema import Framed, Schema
from workflows.forms.values import Email


class AddressForm(Framed):
    email: Email


SCHEMA = Schema(model=AddressForm)
