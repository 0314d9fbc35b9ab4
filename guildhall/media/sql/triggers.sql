-- What was stored stays what it was; it may only go.
revoke update, truncate on media_media, media_rendition from guildhall_app;
