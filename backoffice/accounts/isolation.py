"""Whose rows persons, accounts, roles and sessions are; the account library's tables too."""

from backoffice.isolation import roles
from backoffice.isolation.rules import MINE, OF_HOUSE, Open, Rule, declare

# Log-in, sign-up and password reset look for an account before anybody is known: their pages, and no others.
ACCOUNT_LOOKUP = "(select app_account_lookup()) = 'on'"
OF_HOLDER_OR_HOUSE = f"id = {MINE} or {ACCOUNT_LOOKUP} or account_in_houses(id)"
OF_ACCOUNT = f"user_id = {MINE} or {ACCOUNT_LOOKUP}"

declare(
    {
        "accounts_house": Open(
            "the 43 houses and what their acts say of them: public", web="s", worker="s", report="s"
        ),
        "accounts_person": Rule("id = (select app_person()) or person_in_houses(id)", web="s", worker="s"),
        "accounts_user": Rule(OF_HOLDER_OR_HOUSE, web="siu", worker="s", written=OF_HOLDER_OR_HOUSE),
        "accounts_membership": Rule(f"{OF_HOUSE} or user_id = {MINE}", web="siu", worker="s", written=OF_HOUSE),
        "accounts_session": Rule(
            f"encode(key_hash, 'hex') = any ((select app_sessions())::text[]) or {OF_ACCOUNT}", web="siud"
        ),
        "account_emailaddress": Rule(OF_ACCOUNT, web="siud"),
        "account_emailconfirmation": Rule(ACCOUNT_LOOKUP, web="siud"),
        "mfa_authenticator": Rule(OF_ACCOUNT, web="siud"),
    },
    execute={
        "enter_account": (roles.WEB,),
        "enter_session": (roles.WEB,),
        "sessions_clear": (roles.WEB, roles.WORKER),
        "person_add": (roles.WEB,),
        "person_known": (roles.WEB,),
        "account_by_email": (roles.WEB,),
        "house_enter": (roles.WEB,),
    },
)
