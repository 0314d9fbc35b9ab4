"""What to tell whom: facts become messages by the matrix that operators edit, and the worker sends them."""
