"""The operator's application, under /ops/."""
