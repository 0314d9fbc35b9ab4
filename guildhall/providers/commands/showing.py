"""A provider's own photograph."""

from uuid import UUID

from django.db.transaction import atomic

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.media.commands import remove_image
from guildhall.media.queries import is_owned_by
from guildhall.media.types import MediaId
from guildhall.providers import permissions
from guildhall.providers.models import Provider


@atomic
def set_photograph(*, provider_id: UUID, media_id: MediaId | None, by: Actor) -> None:
    """
    Show this picture (stored by `media.commands.store_image` before) as the provider, or none; the one before is deleted.

    :raises NotFound: no such provider, another's, or not the provider's picture.
    """
    permissions.require_own(provider_id, by)
    provider = Provider.locked(provider_id)
    if media_id is not None and not is_owned_by(media_id, Actor.provider(provider_id)):
        raise NotFound
    before = provider.photograph_id
    if before == media_id:
        return
    provider.photograph_id = media_id
    provider.save(update_fields=["photograph"])
    if before is not None:
        remove_image(media_id=MediaId(before))
