"""Accounts, sign-in, one-time codes, roles, scopes, consent."""
