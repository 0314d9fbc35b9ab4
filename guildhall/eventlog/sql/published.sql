-- Functions that other contexts' SQL may name.
create schema if not exists eventlog;

-- Record a fact in the transaction that made it true, and queue it for the sequencer.
create or replace function eventlog.publish(
  name text, aggregate text, version integer, reference text, actor text, at timestamptz, payload jsonb
) returns bigint language sql volatile as $$
  with fact as (
    insert into eventlog_event (name, aggregate, version, reference, actor, occurred_at, payload)
    values ($1, $2, $3, $4, $5, $6, $7) returning seq
  ), queued as (
    insert into eventlog_pending (seq) select seq from fact
  )
  select seq from fact
$$;

-- Record one fact of each of many aggregates at once, all by the same actor at the same instant; says how many.
create or replace function eventlog.publish_many(
  names text[], aggregates text[], versions integer[], refs text[], actor text, at timestamptz, payloads jsonb[]
) returns bigint language sql volatile as $$
  with facts as (
    insert into eventlog_event (name, aggregate, version, reference, actor, occurred_at, payload)
    select f.name, f.aggregate, f.version, f.ref, $5, $6, f.payload
    from unnest($1, $2, $3, $4, $7) as f (name, aggregate, version, ref, payload) returning seq
  ), queued as (
    insert into eventlog_pending (seq) select seq from facts
  )
  select count(*) from facts
$$;

-- The canonical text of a fact, the same under every time zone and date style; what a seal hashes.
create or replace function eventlog.canonical(pos bigint, e eventlog_event) returns text language sql immutable as $$
  select concat_ws(e'\x1f', pos, e.seq, e.name, e.aggregate, e.version, e.reference, e.actor,
                   extract(epoch from e.occurred_at), e.payload::text)
$$;

-- Number waiting facts in order of seq, seal the batch, and wake the subscribers with one notification. Returns how many.
-- The row lock on the head is the fence: two sequencers can never number at once.
create or replace function eventlog.sequence_batch(most integer) returns integer language plpgsql volatile as $$
declare
  head eventlog_sequencer_head;
  numbered integer;
  digest bytea;
begin
  select * into head from eventlog_sequencer_head where id = 1 for update;
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
