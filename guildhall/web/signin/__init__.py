"""Who uses an application in a browser: sessions, cookies, the pages under `account/`, and the rule that nothing is open by default."""
