"""Pictures: taken in with suspicion, re-encoded, kept as objects, shown by signed links."""
