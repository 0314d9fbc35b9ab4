"""Where objects lie: Django's storage interface over a private folder of the state."""

from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage


def _storage() -> Storage:
    return FileSystemStorage(
        location=settings.STATE / "media", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def put(name: UUID, data: bytes) -> None:
    """Keep an object under its id."""
    wanted = _path(name)
    kept = _storage().save(wanted, ContentFile(data))
    if kept != wanted:
        raise RuntimeError(f"An object {wanted} exists already.")


def read(name: UUID) -> bytes:
    """Give an object's bytes."""
    with _storage().open(_path(name)) as file:
        data: bytes = file.read()
    return data


def remove(name: UUID) -> None:
    """Delete an object; one that is gone already is fine."""
    _storage().delete(_path(name))


def _path(name: UUID) -> str:
    """Spread the objects over folders by their last two digits, which are random in a version 7 id."""
    return f"{name.hex[-2:]}/{name}.webp"
