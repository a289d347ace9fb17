"""Whose rows documents and messages are: those of the house, and of whoever a message is for."""

from backoffice.isolation import roles
from backoffice.isolation.rules import MINE, OF_HOUSE, Rule, declare

declare(
    {
        "notifications_document": Rule(OF_HOUSE, web="siu", worker="su"),
        "notifications_message": Rule(
            f"{OF_HOUSE} or recipient_id = {MINE}", web="siu", worker="siu", written=OF_HOUSE
        ),
        "notifications_publicpaper": Rule(
            "true", web="s", worker="siu", written=OF_HOUSE
        ),  # published: anybody reads it
        "notifications_message_documents": Rule(
            "exists (select from notifications_message m where m.id = message_id)", web="si", worker="si"
        ),
    },
    execute={"act_known": (roles.WEB,)},
)
