"""The emulator's addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import Route

    from sandbox.stripe.emulator import StripeEmulator


def routes(emulator: StripeEmulator) -> list[Route]:  # noqa: ARG001
    """Every address of the emulated vendor, to be mounted at the root of the sandbox server."""
    return []
