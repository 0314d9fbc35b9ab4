-- Functions that other contexts' SQL may name.
create schema if not exists eventlog;

-- Record a fact in the transaction that made it true, and queue it for the sequencer.
create or replace function eventlog.publish(
  name text, aggregate text, version integer, reference text, actor text, at timestamptz, payload jsonb
) returns bigint language plpgsql volatile as $$
declare
  place bigint;
begin
  with fact as (
    insert into eventlog_event (name, aggregate, version, reference, actor, occurred_at, payload)
    values ($1, $2, $3, $4, $5, $6, $7) returning seq
  ), queued as (
    insert into eventlog_pending (seq) select seq from fact
  )
  select fact.seq into place from fact;
  return place;
end $$;

-- Record one fact of each of many aggregates at once, all by the same actor at the same instant; says how many.
create or replace function eventlog.publish_many(
  names text[], aggregates text[], versions integer[], refs text[], actor text, at timestamptz, payloads jsonb[]
) returns bigint language plpgsql volatile as $$
declare
  told bigint;
begin
  with facts as (
    insert into eventlog_event (name, aggregate, version, reference, actor, occurred_at, payload)
    select f.name, f.aggregate, f.version, f.ref, $5, $6, f.payload
    from unnest($1, $2, $3, $4, $7) as f (name, aggregate, version, ref, payload) returning seq
  ), queued as (
    insert into eventlog_pending (seq) select seq from facts
  )
  select count(*) into told from facts;
  return told;
end $$;

-- The canonical text of a fact, the same under every time zone and date style; what a seal hashes.
create or replace function eventlog.canonical(pos bigint, e eventlog_event) returns text language sql stable as $$
  select concat_ws(e'\x1f', pos, e.seq, e.name, e.aggregate, e.version, e.reference, e.actor,
                   extract(epoch from e.occurred_at), e.payload::text)
$$;

-- Number waiting facts in order of seq, seal the batch, and wake the subscribers with one notification. Returns how many.
-- The row lock on the head is the fence: two sequencers can never number at once.
-- It commits without waiting for the disk: what subscribers make of the numbers is committed after them, so should the machine fail, both
-- are lost or only what came later, and the facts, which wait for the disk, are numbered again.
-- Rows are looked up one by one by key: a plan made for a batch of thousands would read the whole log for a batch of three. There is
-- therefore one plan for all batches, and none is made anew for each: that takes longer than the batch.
create or replace function eventlog.sequence_batch(most integer) returns integer language plpgsql volatile
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  head eventlog_sequencer_head;
  numbered integer;
  digest bytea;
begin
  if not exists (select from eventlog_pending) then return 0; end if;
  select * into head from eventlog_sequencer_head where id = 1 for update;
  perform set_config('synchronous_commit', 'off', true);
  with taken as (
    delete from eventlog_pending where seq in (select seq from eventlog_pending order by seq limit most) returning seq
  ), placed as (
    insert into eventlog_position (position, seq)
    select head.position + row_number() over (order by seq), seq from taken returning position, seq
  )
  select count(*), sha256(head.seal || convert_to(coalesce(string_agg(eventlog.canonical(p.position, e), e'\x1e' order by p.position), ''), 'UTF8'))
  into numbered, digest
  from placed p join eventlog_event e using (seq);
  if numbered = 0 then return 0; end if;
  insert into eventlog_seal (first_position, last_position, previous, digest, sealed_at)
  values (head.position + 1, head.position + numbered, head.seal, digest, now());
  update eventlog_sequencer_head set position = head.position + numbered, seal = digest where id = 1;
  perform pg_notify('eventlog', (head.position + numbered)::text);
  return numbered;
end $$;

-- Take a subscription's next stretch of the log: lock its cursor (one that another process holds is left alone), move it past the stretch,
-- and give the facts it hears, at most `most`; `is_blocked`: an earlier fact of that aggregate is parked. The last row has no fact, its
-- place is how many positions were passed; no row at all: there is nothing to take.
-- The transaction commits without waiting for the disk: should the machine fail, cursor and effects are lost together, and taken again.
create or replace function eventlog.take(subscriber text, heard text[], most integer) returns table (
  place bigint, is_blocked boolean, seq bigint, name text, aggregate text, version integer, reference text, actor text,
  occurred_at timestamptz, at timestamptz, payload jsonb
) language plpgsql volatile
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  stretch constant integer := 2000;
  began bigint;
  ended bigint;
  given integer;
  now_at timestamptz;
begin
  with mine as (
    select s.name, s.position as began, least(h.position, s.position + stretch) as ended
    from eventlog_subscription s, eventlog_sequencer_head h
    where s.name = subscriber and h.position > s.position for update of s skip locked
  )
  update eventlog_subscription s set position = mine.ended from mine where s.name = mine.name
  returning mine.began, mine.ended into began, ended;
  if not found then return; end if;
  perform set_config('synchronous_commit', 'off', true);
  now_at := timers.clock_now();
  return query
    select p.position, exists (select from eventlog_parked k where k.subscription_id = subscriber and k.aggregate = e.aggregate),
      e.seq, e.name, e.aggregate, e.version, e.reference, e.actor, e.occurred_at, now_at, e.payload
    from eventlog_position p join eventlog_event e on e.seq = p.seq
    where p.position > began and p.position <= ended and e.name = any (heard)
    order by p.position limit most;
  get diagnostics given = row_count;
  if given = most then
    select max(f.position) into ended
    from (select p.position from eventlog_position p join eventlog_event e on e.seq = p.seq
          where p.position > began and p.position <= ended and e.name = any (heard) order by p.position limit most) f;
    update eventlog_subscription s set position = ended where s.name = subscriber;
  end if;
  place := ended - began;
  is_blocked := false;
  return next;
end $$;

-- Say which subscriptions have something to hear (pairs of subscriber and the name of a fact it hears), and move the cursors of the others
-- past what concerns them not, all in one statement; cursors that somebody holds are left alone.
create or replace function eventlog.pass_unheard(subscribers text[], heard text[]) returns setof text language plpgsql volatile
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  return query
    with behind as materialized (
      select s.name, s.position as began, h.position as ended from eventlog_subscription s, eventlog_sequencer_head h
      where s.position < h.position and s.name = any (subscribers) for update of s skip locked
    ), told as materialized (
      select p.position, e.name from eventlog_position p join eventlog_event e on e.seq = p.seq
      where p.position > (select min(began) from behind) and p.position <= (select max(ended) from behind)
    ), awaited as materialized (
      select b.name from behind b
      where exists (select from told t join unnest(subscribers, heard) as x (subscriber, name) on x.name = t.name
                    where t.position > b.began and x.subscriber = b.name)
    ), moved as (
      update eventlog_subscription s set position = b.ended from behind b
      where s.name = b.name and not exists (select from awaited a where a.name = b.name)
    )
    select a.name from awaited a order by a.name;
end $$;

-- Seals whose batch no longer hashes to what was sealed (a fact changed, vanished, moved or was slipped in).
create or replace function eventlog.broken_seals() returns table (first_position bigint, last_position bigint) language sql stable as $$
  select s.first_position, s.last_position
  from eventlog_seal s
  where s.digest <> sha256(s.previous || convert_to(coalesce((
          select string_agg(eventlog.canonical(p.position, e), e'\x1e' order by p.position)
          from eventlog_position p join eventlog_event e using (seq)
          where p.position between s.first_position and s.last_position), ''), 'UTF8'))
     or s.previous <> coalesce((select b.digest from eventlog_seal b where b.last_position = s.first_position - 1), ''::bytea)
     or (s.first_position > 1 and not exists (select from eventlog_seal b where b.last_position = s.first_position - 1))
$$;
