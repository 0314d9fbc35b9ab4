"""Keys: each purpose has its own, derived from the one secret of the settings."""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet
from django.conf import settings


@cache
def derived(purpose: str) -> bytes:
    """Give the 32-byte key of a purpose."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"guildhall:{purpose}".encode(), hashlib.sha256)


def digest(purpose: str, text: str) -> bytes:
    """Hash a text under the purpose's key: without the secret nobody can try texts against a stolen table."""
    return hmac.digest(derived(purpose), text.encode(errors="replace"), hashlib.sha256)


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(purpose)))


def seal(purpose: str, text: str) -> bytes:
    """Encrypt a text that must be read back later."""
    return _fernet(purpose).encrypt(text.encode())


def unseal(purpose: str, sealed: bytes) -> str:
    """Read back what `seal` encrypted."""
    return _fernet(purpose).decrypt(sealed).decode()
