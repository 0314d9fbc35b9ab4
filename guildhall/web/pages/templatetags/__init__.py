"""Template tags, loaded into every template by the settings."""
