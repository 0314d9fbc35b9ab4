-- What was told to whom, and what the vendor reported, is a record.
revoke delete, truncate on notifications_outgoing_message from guildhall_app;
revoke update, delete, truncate on notifications_sms_report from guildhall_app;

-- A feed is a record: whoever has read up to a position has seen what was there.
revoke update, delete, truncate on notifications_feed_row from guildhall_app;
revoke delete, truncate on notifications_feed_head, notifications_inbox_item from guildhall_app;
