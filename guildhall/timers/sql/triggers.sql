-- The clock has one row from the first migration on.
insert into timers_clock (id, travelled) values (1, interval '0') on conflict do nothing;
revoke insert, delete, truncate on timers_clock from guildhall_app;
