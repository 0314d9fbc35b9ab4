"""The public pages and the customer's, asked by a client without a browser."""
