"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """
    Argon2id with the least that OWASP recommends: 19 MiB, two passes, one lane.

    Django's own 100 MiB in eight lanes costs each sign-in several times as much of a small machine, and a few dozen at
    once its memory.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
