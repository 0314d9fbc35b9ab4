"""Tags of the inbox."""
