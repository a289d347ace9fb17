"""The campaign's own kind of work: as cheap as can be, through the product's queue, with effect, event and message."""

import uuid

from django.db import connection, transaction

from backoffice.accounts.models import House
from backoffice.audit import codes, log
from backoffice.jobs import queue
from backoffice.jobs.registry import Handler, register
from notifications.services import messages

KIND = "campaign"
codes.register({"campaign.ordered": "ordered", "campaign.done": "done"})

# No constraint guards `campaign_effect`: what the protocol doubles shows. `campaign_refused` makes one insert fail.
TABLES = """
create table if not exists campaign_operation (number bigint generated always as identity primary key,
    op uuid not null unique, mail boolean not null);
create table if not exists campaign_effect (op uuid not null, at timestamptz not null default clock_timestamp());
create table if not exists campaign_refused (mark text primary key);
grant select, insert, update, delete on campaign_operation, campaign_effect, campaign_refused to public;
create or replace function campaign_refuse() returns trigger language plpgsql as $$
begin
    if exists (select from campaign_refused where mark = tg_table_name || ':' ||
               (case tg_table_name when 'campaign_effect' then to_jsonb(new) ->> 'op'
                else to_jsonb(new) ->> 'about' end)) then
        raise exception using errcode = 'check_violation', message = 'refused by the campaign';
    end if;
    return new;
end $$;
create or replace trigger campaign_refuse before insert on campaign_effect
    for each row execute function campaign_refuse();
create or replace trigger campaign_refuse before insert on notifications_message
    for each row execute function campaign_refuse();
"""
GONE = """
drop trigger if exists campaign_refuse on notifications_message;
drop table if exists campaign_operation, campaign_effect, campaign_refused;
drop function if exists campaign_refuse();
"""


@transaction.atomic
def order(op, *, house, mail):
    """The business transaction: the decision, its event and its job."""
    with connection.cursor() as cursor:
        cursor.execute("insert into campaign_operation (op, mail) values (%s, %s) returning number", [op, mail])
        number = cursor.fetchone()[0]
    job = queue.enqueue(KIND, object_id=number, house=house.pk)
    log.record("campaign.ordered", on=job, by=None, house=house)


def settle(job, result):
    """The effect, its event and, where due, its message."""
    house = House.objects.get(pk=job.house)
    with connection.cursor() as cursor:
        cursor.execute("select op, mail from campaign_operation where number = %s", [job.object_id])
        op, mail = cursor.fetchone()
        cursor.execute("insert into campaign_effect (op) values (%s)", [op])
    log.record("campaign.done", on=job, by=None, house=house)
    if mail:
        messages.send(
            "decision_ready",
            about=uuid.UUID(str(op)),
            house=house,
            address="campanie@demo.example.ro",
            context={"entry": "1/23.11.2026", "link": "/"},
            dedupe_key=f"campaign:{op}",
        )


register(
    Handler(kind=KIND, label=KIND, queue="issue", prepare=lambda job: None, work=lambda nothing: None, settle=settle)
)
