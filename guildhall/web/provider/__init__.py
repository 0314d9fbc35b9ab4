"""The provider's application, under /pro/."""
