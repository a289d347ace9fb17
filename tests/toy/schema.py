"""What is asked, as data: the frame of every content and one address."""

from workflows.forms.schema import Framed, Schema
from workflows.forms.values import Email, text


class AddressForm(Framed):
    email: Email


class ReviewForm(Framed):
    why: text(400)


SCHEMA = Schema(model=AddressForm)
REVIEW_SCHEMA = Schema(model=ReviewForm)
