"""What asking for work is before it is a booking, for the public pages and the customer's: a draft that needs no session, and its words."""
