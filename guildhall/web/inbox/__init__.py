"""What we told somebody, within whichever application they look: a list in pages, what is unread, and where it leads."""
