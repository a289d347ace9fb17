-- Questions of the policies, entering the context of an account, and persons and accounts across houses.
-- A context is entered from a row of ours, never from what a request says.
-- An account is known to a house in which it has or had a role; rooms above know more.
create or replace function account_in_houses(account bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select app_houses() <> '{}' and exists (
              select from accounts_membership m where m.user_id = account and m.house_id = any (app_houses())) $$;
-- A person is known to a house that employs them; rooms above know more.
create or replace function person_in_houses(person bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select app_houses() <> '{}' and exists (
              select from accounts_user u where u.person_id = person and account_in_houses(u.id)) $$;
create or replace function enter_account(account bigint) returns void language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
declare
    holder accounts_user;
begin
    select * into holder from accounts_user u where u.id = account and u.is_active;
    perform set_config('app.user', coalesce(holder.id::text, ''), true),
            set_config('app.person', coalesce(holder.person_id::text, ''), true),
            set_config('app.houses', coalesce((
                select array_agg(distinct m.house_id)::text from accounts_membership m
                where m.user_id = holder.id
                  and (now() at time zone 'Europe/Bucharest')::date between m.starts_on and coalesce(m.ends_on, 'infinity')
            ), ''), true);
end $$;
-- A session lives while it is used, never longer than its limit, and under its account's present generation only.
create or replace function enter_session(hash_ bytea, idle double precision, seen_every double precision)
    returns table (user_id bigint, data bytea, long_unseen boolean) language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
#variable_conflict use_column
begin
    return query select s.user_id, s.data, s.seen_at < statement_timestamp() - make_interval(secs => seen_every)
        from accounts_session s left join accounts_user u on u.id = s.user_id
        where s.key_hash = hash_ and s.expires_at > statement_timestamp()
          and s.seen_at > statement_timestamp() - make_interval(secs => idle)
          and (s.user_id is null or (u.is_active and u.session_generation = s.generation));
    if found then
        perform set_config('app.sessions', encode(hash_, 'hex'), true);
        perform enter_account((select s.user_id from accounts_session s where s.key_hash = hash_));
    end if;
end $$;
-- Sessions that are over belong to nobody any more.
create or replace function sessions_clear(idle double precision) returns bigint language sql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ with gone as (delete from accounts_session where expires_at < statement_timestamp()
                        or seen_at < statement_timestamp() - make_interval(secs => idle) returning 1)
          select count(*) from gone $$;
-- One person per CNP in the whole country: found by keyed index, and whether an account declared it; all of it sealed.
create or replace function person_add(id_ uuid, index_ bytea, cnp_ bytea, last_ bytea, first_ bytea)
    returns void language sql security definer set search_path = pg_catalog, public, pg_temp
    as $$ insert into accounts_person (public_id, cnp_index, cnp, last_name, first_name)
          values (id_, index_, cnp_, last_, first_) on conflict (cnp_index) do nothing $$;
create or replace function person_known(indexes bytea[])
    returns table (id bigint, public_id uuid, cnp bytea, cnp_index bytea, last_name bytea, first_name bytea, has_account boolean)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select p.id, p.public_id, p.cnp, p.cnp_index, p.last_name, p.first_name,
                 exists (select from accounts_user u where u.person_id = p.id)
          from accounts_person p where p.cnp_index = any (indexes) order by p.id limit 1 $$;
-- The administrator of a house gives a role to an account that the house does not know yet.
create or replace function account_by_email(email_ text)
    returns table (id bigint, person_id bigint) language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$ select u.id, u.person_id from accounts_user u where lower(u.email) = lower(email_) $$;
-- What a house enters about itself is written by its administrator of today, whose role is read here; nothing else of
-- the list of houses changes.
create or replace function house_enter(house bigint, entered jsonb) returns boolean language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
begin
    update accounts_house h
        set full_name = entered ->> 'full_name', street = entered ->> 'street', postal_code = entered ->> 'postal_code',
            locality = entered ->> 'locality', fiscal_code = entered ->> 'fiscal_code', phone = entered ->> 'phone',
            email = entered ->> 'email', court = entered ->> 'court',
            data_protection_email = entered ->> 'data_protection_email'
        where h.id = house and h.id = any (app_houses()) and exists (
            select from accounts_membership m join accounts_user u on u.id = m.user_id
            where m.user_id = app_user() and m.house_id = house and m.role = 'administrator' and u.is_active
              and (now() at time zone 'Europe/Bucharest')::date between m.starts_on and coalesce(m.ends_on, 'infinity'));
    return found;
end $$;
