"""Authorizations, captures, the ledger, transfers and payouts; it takes a reference and hears nobody above."""
