"""What must hold whatever the code above does (security.md S10; architecture.md 4.2).

Each guard raises under a name that has a sentence for the user (`enrolment.errors.GUARD_SENTENCES`).
"""

from django.db import migrations

APPEND_ONLY = ("registryentry", "application", "party", "rulecheck", "decision")
KEPT = ("filing", "case", "completionrequest", "enrolment", "licencekey", "registrycounter")

FORWARD = """
-- Numbers: the counter grows by one, and only together with the entry that took the number.
create function registry_counter_guard() returns trigger language plpgsql as $$
begin
    if (tg_op = 'INSERT' and new.last <> 1) or (tg_op = 'UPDATE' and (new.last <> old.last + 1
            or new.house_id <> old.house_id or new.year <> old.year)) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry counter grows by one';
    end if;
    return new;
end $$;
create trigger no_gap before insert or update on enrolment_registrycounter
    for each row execute function registry_counter_guard();

create function registry_counter_has_entry() returns trigger language plpgsql as $$
begin
    if not exists (select from enrolment_registryentry e
                   where e.house_id = new.house_id and e.year = new.year and e.number = new.last) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry number was taken without its entry';
    end if;
    return null;
end $$;
create constraint trigger number_has_entry after insert or update on enrolment_registrycounter
    deferrable initially deferred for each row execute function registry_counter_has_entry();

create function registry_entry_guard() returns trigger language plpgsql as $$
begin
    if not exists (select from enrolment_registrycounter c
                   where c.house_id = new.house_id and c.year = new.year and c.last = new.number) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry number comes from its counter';
    end if;
    return new;
end $$;
create trigger number_from_counter before insert on enrolment_registryentry
    for each row execute function registry_entry_guard();

-- Four eyes: no party decides; both inserts lock the case row, so neither can slip past the other.
create function decision_guard() returns trigger language plpgsql as $$
declare
    present_round smallint;
    present_sha text;
begin
    select c.round, a.sha256 into present_round, present_sha
        from enrolment_case c join enrolment_application a on a.case_id = c.id and a.version = c.version
        where c.id = new.case_id for no key update of c;
    if exists (select from enrolment_party p where p.case_id = new.case_id and p.person_id = new.person_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'a party of the case cannot decide it';
    end if;
    if new.round <> present_round or new.application_sha256 <> present_sha
        or not exists (select from accounts_user u where u.id = new.user_id and u.person_id = new.person_id)
        or not exists (select from accounts_membership m join enrolment_case c on c.id = new.case_id
                       where m.id = new.membership_id and m.user_id = new.user_id and m.house_id = c.house_id)
        or exists (select from enrolment_decision d where d.case_id = new.case_id and d.round = new.round
                   and (d.outcome = 'return' or d.application_sha256 <> new.application_sha256))
        or not decision_follows(new) then
        raise exception using errcode = 'check_violation', constraint = 'decision_out_of_order',
            message = 'this decision is not due';
    end if;
    return new;
end $$;

-- propose; visa after a proposed rejection; endorse after the proposal (and its visa); sign after endorse.
create function decision_follows(d enrolment_decision) returns boolean language sql stable as $$
    select case d.stage
        when 'propose' then not exists (select from enrolment_decision e where e.case_id = d.case_id and e.round = d.round)
        when 'visa' then exists (select from enrolment_decision e where e.case_id = d.case_id and e.round = d.round
                                 and e.stage = 'propose' and e.outcome = 'reject') and d.outcome in ('reject', 'return')
        when 'endorse' then exists (select from enrolment_decision e where e.case_id = d.case_id and e.round = d.round
                                    and e.stage = 'propose' and d.outcome in (e.outcome, 'return')
                                    and (e.outcome = 'approve' or exists (
                                        select from enrolment_decision v where v.case_id = d.case_id
                                        and v.round = d.round and v.stage = 'visa' and v.outcome = 'reject')))
        when 'sign' then exists (select from enrolment_decision e where e.case_id = d.case_id and e.round = d.round
                                 and e.stage = 'endorse' and d.outcome in (e.outcome, 'return'))
        else false end
$$;
create trigger decision_is_due before insert on enrolment_decision
    for each row execute function decision_guard();

create function party_guard() returns trigger language plpgsql as $$
begin
    perform from enrolment_case c where c.id = new.case_id for no key update;
    if exists (select from enrolment_decision d where d.case_id = new.case_id and d.person_id = new.person_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'who decided a case cannot become its party';
    end if;
    return new;
end $$;
create trigger party_decides_nothing before insert on enrolment_party
    for each row execute function party_guard();

-- A holding stands only on the signed approval of its own case and house.
create function case_is_approved(subject bigint) returns boolean language sql stable as $$
    select exists (
        select from enrolment_case c
        join enrolment_decision p on p.case_id = c.id and p.round = c.round and p.stage = 'propose' and p.outcome = 'approve'
        join enrolment_decision e on e.case_id = c.id and e.round = c.round and e.stage = 'endorse' and e.outcome = 'approve'
        join enrolment_decision s on s.case_id = c.id and s.round = c.round and s.stage = 'sign' and s.outcome = 'approve'
        where c.id = subject)
$$;
create function enrolment_guard() returns trigger language plpgsql as $$
begin
    if not case_is_approved(new.case_id) or not exists (
            select from enrolment_case c where c.id = new.case_id and c.house_id = new.house_id
            and c.provider_uic = new.provider_uic) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'an enrolment stands on its decisions';
    end if;
    return new;
end $$;
create trigger stands_on_decisions before insert or update of case_id, house_id, provider_uic on enrolment_enrolment
    for each row execute function enrolment_guard();

create function licence_key_guard() returns trigger language plpgsql as $$
begin
    if not exists (select from enrolment_enrolment e where e.id = new.enrolment_id and e.house_id = new.house_id
                   and e.provider_uic = new.provider_uic and case_is_approved(e.case_id)) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'a licence key stands on its decisions';
    end if;
    return new;
end $$;
create trigger stands_on_decisions before insert on enrolment_licencekey
    for each row execute function licence_key_guard();

create function licence_key_facts() returns trigger language plpgsql as $$
begin
    if row(new.enrolment_id, new.house_id, new.provider_uic, new.verifier, new.mask, new.public_id, new.issued_at)
        is distinct from
        row(old.enrolment_id, old.house_id, old.provider_uic, old.verifier, old.mask, old.public_id, old.issued_at)
        or (old.envelope is null and new.envelope is not null)
        or (old.opened_at is not null and new.opened_at is distinct from old.opened_at) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'the facts of a licence key do not change';
    end if;
    return new;
end $$;
create trigger facts_stand before update on enrolment_licencekey
    for each row execute function licence_key_facts();
"""

BACKWARD = """
drop trigger facts_stand on enrolment_licencekey;
drop trigger stands_on_decisions on enrolment_licencekey;
drop trigger stands_on_decisions on enrolment_enrolment;
drop trigger party_decides_nothing on enrolment_party;
drop trigger decision_is_due on enrolment_decision;
drop trigger number_from_counter on enrolment_registryentry;
drop trigger number_has_entry on enrolment_registrycounter;
drop trigger no_gap on enrolment_registrycounter;
drop function licence_key_facts(), licence_key_guard(), enrolment_guard(), case_is_approved(bigint), party_guard(),
    decision_guard(), decision_follows(enrolment_decision), registry_entry_guard(), registry_counter_has_entry(),
    registry_counter_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0001_initial"),
        ("accounts", "0002_houses"),
        ("audit", "0002_append_only"),
    ]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        *[
            migrations.RunSQL(
                f"create trigger append_only before update or delete or truncate on enrolment_{table} "
                "for each statement execute function refuse_change()",
                f"drop trigger append_only on enrolment_{table}",
            )
            for table in APPEND_ONLY
        ],
        *[
            migrations.RunSQL(
                f"create trigger never_deleted before delete or truncate on enrolment_{table} "
                "for each statement execute function refuse_delete()",
                f"drop trigger never_deleted on enrolment_{table}",
            )
            for table in KEPT
        ],
    ]
