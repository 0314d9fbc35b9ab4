-- Views that other contexts' SQL may name. One row of `profile` for each provider; the others have as many as apply.
create schema if not exists providers;

create or replace view providers.profile as
  select p.id as provider_id, p.version, p.tier_rank, p.time_zone, p.home_latitude, p.home_longitude, p.home_point,
         p.available_now, p.minimum_notice_minutes, p.jobs_a_day_max, p.rating_sum, p.rating_count,
         p.offers_accepted, p.offers_declined, p.offers_ignored, p.response_seconds_sum, p.registered_at,
         exists (select from identity.open_account a where a.account_id = p.id) as is_open
  from providers_provider p;

create or replace view providers.service_area as
  select provider_id, area from providers_service_area;

create or replace view providers.weekly_hours as
  select provider_id, weekday, starts, ends from providers_weekly_hours;

create or replace view providers.offered_category as
  select provider_id, category_id from providers_provider_category;
