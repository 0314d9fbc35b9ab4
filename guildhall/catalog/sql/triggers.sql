-- What was offered once may be referred to for ever, and loadings are history.
revoke delete, truncate on catalog_tier, catalog_category, catalog_jobkind, catalog_ratecard, catalog_city from guildhall_app;
revoke update, delete, truncate on catalog_loading from guildhall_app;
