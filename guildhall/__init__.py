"""Guildhall: customers find and book service professionals."""
