"""A stateful Twilio for text messages: its HTTP, its status callbacks, inbound messages and opt-outs."""

from sandbox.sms.emulator import TwilioEmulator
from sandbox.sms.pages import inspection_routes
from sandbox.sms.routing import routes

__all__ = ["TwilioEmulator", "inspection_routes", "routes"]
