"""A stateful Stripe: its HTTP, its hosted pages, its webhooks and its books."""

from sandbox.stripe.emulator import StripeEmulator
from sandbox.stripe.hooks import BeforeRequest, Delivery, WebhookFilter, WebhookTarget
from sandbox.stripe.routing import routes

__all__ = ["BeforeRequest", "Delivery", "StripeEmulator", "WebhookFilter", "WebhookTarget", "routes"]
