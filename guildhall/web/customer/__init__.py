"""The customer's application, under /my/."""
