"""The provider's pages in a browser: a job from the offer to its hours, and what goes otherwise."""
