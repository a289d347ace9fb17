"""Whose rows the addresses are: those of the house, and of whoever filed."""

from backoffice.isolation.rules import OF_HOUSE, Rule, declare

declare({"toy_address": Rule(f"{OF_HOUSE} or case_is_mine(case_id)", web="si", worker="s")})
