-- Functions that the live pages' process may name.
create schema if not exists notifications;

-- What follows a position in somebody's feed, in order and without a gap.
create or replace function notifications.feed_after(account uuid, after bigint, most int)
returns table (place bigint, kind text, ids jsonb, told_at timestamptz) language sql stable as $$
  select r.position, r.kind, r.ids, r.told_at from notifications_feed_row r
  where r.account_id = $1 and r.position > $2 order by r.position limit $3
$$;

-- The last position in somebody's feed, 0 before the first.
create or replace function notifications.feed_head(account uuid) returns bigint language sql stable as $$
  select coalesce((select h.position from notifications_feed_head h where h.account_id = $1), 0)
$$;
