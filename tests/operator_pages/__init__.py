"""The operator's pages, and what they ask of the contexts."""
