"""Providers: profile, tier, listings, where and when they work, and their record."""
