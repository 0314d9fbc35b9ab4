"""Tags of the shared account pages."""
