"""Vendor emulators that speak the vendors' own HTTP; used in development, demos and tests, never imported by guildhall."""
