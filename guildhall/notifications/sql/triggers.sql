-- What was told to whom, and what the vendor reported, is a record.
revoke delete, truncate on notifications_outgoing_message from guildhall_app;
revoke update, delete, truncate on notifications_sms_report from guildhall_app;
