-- Whose enrolment it is.
create or replace function enrolment_is_mine(enrolment bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from providers_enrolment e where e.id = enrolment and case_is_mine(e.case_id)) $$;
-- What approved enrolments of any house say otherwise than a case does, for the clerk of that case to judge: which fact,
-- of which physician of the form (from 0; none: of the provider), the code of the house, the number of its decision.
-- Nobody's name, identity number or content. It answers for a case of a house in the context of the transaction, and
-- about persons who are parties of that case, so that it cannot be asked about anybody else.
create or replace function approved_otherwise(
        subject bigint, name_key_ text, representative bigint, filer bigint, people bigint[], stamps text[])
    returns table (fact text, place integer, house text, number text) language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
    with this as (
        select c.id, c.subject_key from workflows_case c
        where c.id = subject and c.procedure = 'providers' and c.house_id = any (app_houses())
    ), declared as (
        select d.person, d.stamp, d.place::integer - 1 as place
        from this, unnest(people, stamps) with ordinality as d(person, stamp, place)
        where exists (select from workflows_party p where p.case_id = this.id and p.person_id = d.person)
    ), found as (
        select e.id as enrolment, f.fact, null::integer as place
        from this join providers_enrolment e on e.provider_uic = this.subject_key and e.case_id <> this.id
        cross join lateral (values
            ('other_name', e.name_key <> name_key_),
            ('other_representative', representative is not null and e.representative_id <> representative),
            ('other_filer', e.representative_id = representative and filer is not null and filer <> representative)
        ) f(fact, holds)
        where f.holds
        union all
        select e.enrolment_id, case when e.person_id = d.person then 'other_stamp' else 'other_person' end, d.place
        from declared d join providers_enrolledphysician e
            on (e.stamp_code = d.stamp and e.person_id <> d.person)
            or (e.person_id = d.person and e.stamp_code <> d.stamp)
        where e.until is null
    )
    select distinct f.fact, f.place, h.code::text, coalesce(d.number, '')::text
    from found f
    join providers_enrolment e on e.id = f.enrolment and e.state in ('approved', 'issued', 'active')
    join workflows_case c on c.id = e.case_id and c.id <> subject
    join accounts_house h on h.id = e.house_id
    left join notifications_document d on d.about = c.public_id and d.kind = 'providers.approval'
        and d.superseded_by_id is null
    order by 1, 2, 3, 4 $$;
-- For guards: is this the approval that ends what the decision of another case made, by withdrawing it or on request?
create or replace function decision_ends(ending bigint, ended bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.id = ending and c.about_id = ended
                         and (c.reviews or c.procedure = 'providers_withdrawal')
                         and case_is_approved(c.id, c.procedure)) $$;
-- For guards: was the decision of this case withdrawn by another one, signed?
create or replace function decision_is_reviewed(subject bigint) returns boolean
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select exists (select from workflows_case c where c.about_id = subject and c.reviews
                         and case_is_approved(c.id, c.procedure)) $$;
-- The enrolments whose last day has passed over all houses: ids only, for the clock.
create or replace function enrolments_due(day_ date, limit_ integer)
    returns table (enrolment bigint, ending bigint, house bigint)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select e.id, e.ended_by_id, e.house_id from providers_enrolment e
          where e.ends_on <= day_ and e.ended_at is null
            and exists (select from workflows_case c where c.id = e.ended_by_id and c.state = 'approved')
            and not exists (select from jobs_job j where j.dedupe_key = 'enrolment_end:' || e.id || ':' || e.ended_by_id)
          order by e.ends_on, e.id limit limit_ $$;
