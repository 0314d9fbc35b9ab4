"""Settings of the business: versioned documents with bounded fields, and stop switches by city."""
