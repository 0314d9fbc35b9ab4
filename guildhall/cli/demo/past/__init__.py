"""The past of a new city: lived by the real commands, deadlines, deliveries and vendors, from months ago up to the present."""
