"""The sandbox server: the emulators, the mailbox, time travel and faults behind one port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox import faults as faulting
from sandbox import mailbox as mailing
from sandbox import past, sms, stripe
from sandbox.clock import VirtualClock
from sandbox.residents.desk import SPEEDS, ResidentsDesk
from sandbox.residents.desk import routes as residents_routes
from sandbox.settings import Settings
from sandbox.sms.emulator import InboundWebhook
from sandbox.sms.wire import server_error
from sandbox.store import Store
from sandbox.travel import Traveller, TravelRefused, read_target
from sandbox.web import PAGES, Unreadable, is_form, page, problem, read_fields, wants_html

log = logging.getLogger("sandbox")


class Sandbox:
    """Everything of one sandbox, wired together; `app` is its HTTP and `smtp` its mail."""

    def __init__(self, settings: Settings, store: Store, clock: VirtualClock) -> None:
        self.clock = clock
        self.store = store
        self.faults = faulting.Faults()
        self.mailbox = mailing.Mailbox(store, clock)
        self.smtp = mailing.SmtpHandler(self.mailbox, self.faults)
        self.stripe = stripe.StripeEmulator(
            store,
            clock,
            public_url=settings.public_url,
            secret_key=settings.secret("STRIPE_SECRET_KEY"),
            webhook_targets=settings.stripe_targets,
        )
        inbound = "/webhooks/twilio/inbound"
        self.sms = sms.TwilioEmulator(
            store,
            clock,
            account_sid=settings.secret("TWILIO_ACCOUNT_SID"),
            auth_token=settings.secret("TWILIO_AUTH_TOKEN"),
            inbound=InboundWebhook(settings.guildhall_url + inbound, settings.guildhall_public_url + inbound),
        )
        self.traveller = Traveller(
            store,
            clock,
            settings.guildhall_url,
            emulators=[self.stripe],
            busy={
                "stripe_webhooks": self.stripe.pending_webhooks,
                "sms": self.sms.pending,
                "smtp": lambda: self.smtp.in_flight,
            },
        )
        self.residents = ResidentsDesk(store)
        self._let_faults_happen()
        self.app = Starlette(routes=self._routes(), lifespan=self._lifespan)

    def _let_faults_happen(self) -> None:
        self.stripe.before_request = self.faults.before_request("stripe", _stripe_error)
        self.stripe.webhook_filter = self.faults.webhook_filter("stripe", lambda event: str(event["type"]))
        self.sms.before_request = self.faults.before_request("twilio", server_error)
        self.sms.webhook_filter = self.faults.webhook_filter("twilio", lambda event: str(event["event"]))

    def _routes(self) -> list[Route]:
        return [
            Route("/", lambda _: RedirectResponse("/sandbox")),
            Route("/sandbox", self._home),
            Route("/sandbox/style.css", lambda _: FileResponse(PAGES / "style.css", media_type="text/css")),
            Route("/sandbox/health", self._health),
            Route("/sandbox/books", self._books),
            Route("/sandbox/clock", self._show_clock, methods=["GET"]),
            Route("/sandbox/clock", self._travel, methods=["POST"]),
            *past.routes(store=self.store, clock=self.clock, stripe=self.stripe),
            *residents_routes(self.residents),
            *mailing.routes(self.mailbox),
            *sms.inspection_routes(self.sms),
            *faulting.routes(self.faults),
            *sms.routes(self.sms),
            *stripe.routes(self.stripe),
        ]

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        works = [
            asyncio.create_task(_keep_running("stripe", self.stripe.run)),
            asyncio.create_task(_keep_running("sms", self.sms.run)),
            asyncio.create_task(self.traveller.follow_guildhall()),
        ]
        try:
            yield
        finally:
            for work in works:
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work
            await self.traveller.close()

    async def _home(self, _request: Request) -> Response:
        shown: dict[str, Any] = {"clock": self.traveller.as_json(), "residents": self.residents.as_json()}
        return page("home.html", **shown, speeds=SPEEDS, mails=self.mailbox.count(), faults=len(self.faults.armed()))

    async def _health(self, _request: Request) -> Response:
        breaches = [*self.stripe.violations, *self.sms.violations]
        return JSONResponse({"ok": True, **self.traveller.as_json(), "contract_breaches": breaches})

    async def _books(self, _request: Request) -> Response:
        return JSONResponse(self.stripe.books())

    async def _show_clock(self, request: Request) -> Response:
        return RedirectResponse("/sandbox") if wants_html(request) else JSONResponse(self.traveller.as_json())

    async def _travel(self, request: Request) -> Response:
        try:
            target = read_target(await read_fields(request), self.clock.now())
            arrived = await self.traveller.travel(target)
        except Unreadable as error:
            refusal: dict[str, Any] = {"status": 400, "code": "unreadable", "detail": str(error)}
        except TravelRefused as error:
            refusal = {"status": error.status, "code": error.code, "detail": error.detail, **error.more}
        else:
            return RedirectResponse("/sandbox", 303) if is_form(request) else JSONResponse(arrived)
        if is_form(request):
            return page("refused.html", refusal["status"], refusal=refusal)
        return problem(**refusal)


async def _keep_running(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """An emulator's pump must not stop silently: what goes wrong is logged and it starts again."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s stopped and starts again", name)
            await asyncio.sleep(1.0)


def _stripe_error(status: int) -> dict[str, Any]:
    return {"error": {"type": "api_error", "message": f"An ordered fault answered {status}."}}
