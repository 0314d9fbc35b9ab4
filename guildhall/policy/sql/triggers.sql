-- Versions are history: the program may add to it and nothing else.
revoke update, delete, truncate on policy_document from guildhall_app;
-- A pause is thrown once and lifted once; what it says does not change.
revoke update, delete, truncate on policy_pause from guildhall_app;
grant update (resumed_at, resumed_by) on policy_pause to guildhall_app;
