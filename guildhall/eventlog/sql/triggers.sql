-- The log is append-only for the running system: not even its own role can change or remove a fact, a position or a seal.
revoke update, delete, truncate on eventlog_event, eventlog_position, eventlog_seal from guildhall_app;
revoke insert, delete, truncate on eventlog_sequencer_head from guildhall_app;
insert into eventlog_sequencer_head (id, position, seal) values (1, 0, '') on conflict do nothing;
