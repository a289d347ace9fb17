"""Whose rows the event log holds: those of the house, and of whoever acted."""

from backoffice.isolation import roles
from backoffice.isolation.rules import HOUSES, MINE, Closed, Open, Rule, declare

declare(
    {
        "audit_event": Rule(f"house = {HOUSES} or actor_user = {MINE}", web="s", sealer="s", verifier="s"),
        "audit_link": Open("places and hashes of events", web="s", sealer="s", verifier="s"),
        "audit_checkpoint": Open("signed states of the whole log: public", web="s", sealer="si", verifier="s"),
        "audit_flood": Closed("counters of refusals, written by audit_refused"),
    },
    execute={"audit_append": (roles.WEB, roles.WORKER), "audit_refused": (roles.WEB,)},
)
