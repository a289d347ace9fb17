"""Whose rows the jobs are: those of the house, and the one a worker has claimed."""

from backoffice.isolation import roles
from backoffice.isolation.rules import HOUSES, Rule, declare

declare(
    {"jobs_job": Rule(f"house = {HOUSES} or id = (select app_job())", web="su", worker="su")},
    execute={
        "enter_job": (roles.WORKER,),
        "job_enqueue": (roles.WEB, roles.WORKER),
        "job_claim": (roles.WORKER,),
        "jobs_overdue": (roles.WORKER,),
    },
)
