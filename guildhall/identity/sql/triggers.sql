-- What somebody agreed to is never rewritten: a change of mind is a new row.
revoke update, delete, truncate on identity_consent from guildhall_app;
