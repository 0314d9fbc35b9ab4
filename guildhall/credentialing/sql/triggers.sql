-- A right ends by being revoked or by running out; its row, and so its history of versions, stays.
revoke delete, truncate on credentialing_work_right from guildhall_app;
