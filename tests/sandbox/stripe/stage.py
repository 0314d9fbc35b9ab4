"""An emulator behind real HTTP, the vendor's own client in front of it, and a receiver for its webhooks."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from stripe import RequestsClient, StripeClient

from sandbox.clock import VirtualClock
from sandbox.store import Store
from sandbox.stripe import StripeEmulator, WebhookTarget, routes

KEY = "sk_test_of_the_tests"
SECRETS = {"platform": "whsec_one", "connect": "whsec_two", "thin": "whsec_three"}
VISA, DECLINED, CHARGES_DECLINED = "4242424242424242", "4000000000000002", "4000000000000341"
AUTHENTICATES_ONCE, AUTHENTICATES_ALWAYS = "4000002500003155", "4000002760003184"
GOOD_BANK = "000123456789"


class Server:
    """One uvicorn for the whole run; each test puts its own app on."""

    def __init__(self) -> None:
        self.app: Callable[..., Awaitable[None]] = Starlette()
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._call, host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="none", interface="asgi3"
            )
        )
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        while not self._uvicorn.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._uvicorn.servers[0].sockets[0].getsockname()[1]}"
        self.http = httpx.Client(base_url=self.url, trust_env=False)
        self._session = RequestsClient(timeout=10)
        self.client = StripeClient(
            KEY, base_addresses={"api": self.url}, max_network_retries=0, http_client=self._session
        )

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            runner.run(self._uvicorn.serve())

    def stop(self) -> None:
        self.http.close()
        self._session.close()
        self._uvicorn.should_exit = True
        self._thread.join()


class Receiver:
    """Takes webhooks and keeps them; `close` and `open` make it go away and come back on the same port."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, bytes]] = []
        self.status = 200
        self._port = 0
        self.open()
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append((self.path, self.headers["stripe-signature"], body))
                self.send_response(receiver.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def types(self, path: str) -> list[str]:
        return [json.loads(body)["type"] for at, _, body in self.received if at == path]


class Stage:
    """One emulator on its own state, with everything a test says to it."""

    def __init__(self, server: Server, receiver: Receiver, folder: Path) -> None:
        self.server, self.receiver, self.folder = server, receiver, folder
        self.clock = VirtualClock()
        self.http, self.client = server.http, server.client
        self.v1 = self.client.v1
        self.v2 = self.client.v2
        self.open()

    def open(self) -> None:
        """Start an emulator on the state in the folder."""
        self.store = Store(self.folder / "stripe.db")
        targets = [WebhookTarget(kind, f"{self.receiver.url}/{kind}", SECRETS[kind]) for kind in SECRETS]
        self.emulator = StripeEmulator(
            self.store,
            self.clock,
            public_url=self.server.url,
            secret_key=KEY,
            webhook_targets=targets,
            check_contracts=True,
        )
        self.server.app = Starlette(routes=routes(self.emulator))
        self._pump: Any = None

    def start_pump(self) -> None:
        """Let webhooks go out and deadlines pass by themselves."""
        self._pump = asyncio.run_coroutine_threadsafe(self.emulator.run(), self.server.loop)

    def close(self) -> None:
        """Stop the emulator; its state stays in the folder."""
        if self._pump is not None:
            self._pump.cancel()
            time.sleep(0.02)
        self.store.close()

    def travel(self, **by: float) -> None:
        """Move the clock forward and apply what falls due."""
        self.clock.set_offset(self.clock.offset_seconds + timedelta(**by).total_seconds())
        self.emulator.advance()

    def travel_to_next(self) -> None:
        """Move the clock to the emulator's nearest deadline and apply it."""
        following = self.emulator.next_deadline()
        assert following is not None
        ahead = (following - datetime.now(UTC)).total_seconds() + 0.01
        self.clock.set_offset(max(self.clock.offset_seconds, ahead))
        self.emulator.advance()

    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def checkout(self, customer: str, mode: str = "setup", key: str | None = None, **params: Any) -> Any:
        fields: dict[str, Any] = {
            "mode": mode,
            "ui_mode": "hosted_page",
            "customer": customer,
            "success_url": "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/back",
            "expires_at": self.now() + 31 * 60,
            "metadata": {"booking": "bk_1"},
        }
        if mode == "setup":
            fields["currency"] = "usd"
        else:
            price = {"currency": "usd", "unit_amount": 12500, "product_data": {"name": "TV on the wall"}}
            fields["line_items"] = [{"price_data": price, "quantity": 1}]
        options = {"idempotency_key": key} if key else {}
        return self.v1.checkout.sessions.create({**fields, **params}, options)

    def type_card(self, url: str, number: str = VISA, *, authenticate: str | None = None) -> httpx.Response:
        """Fill in the hosted page, and the bank's page when it comes up."""
        answer = self.http.post(url, data={"number": number, "exp": "12/34", "cvc": "123", "zip": "92101"})
        if answer.status_code == 303 and answer.headers["location"].endswith("/authenticate"):
            assert authenticate is not None, "The bank asks and nobody answers."
            answer = self.http.post(answer.headers["location"], data={"outcome": authenticate})
        return answer

    def saved_card(self, number: str = VISA) -> dict[str, str]:
        """A customer with this card saved by the hosted page: parameters for a payment intent."""
        customer = self.v1.customers.create({"email": "ana@example.com", "metadata": {"user": "u1"}}).id
        session = self.checkout(customer)
        assert self.type_card(session.url, number, authenticate="complete").status_code == 303
        setup = self.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]}).setup_intent
        return {"customer": customer, "payment_method": setup.payment_method}

    def authorize(self, card: dict[str, str], amount: int = 10000, key: str | None = None, **params: Any) -> Any:
        fields = {
            "amount": amount,
            "currency": "usd",
            "capture_method": "manual",
            "confirm": True,
            "off_session": True,
            "transfer_group": "job_7",
            "metadata": {"job": "7"},
            "expand": ["latest_charge"],
        }
        return self.v1.payment_intents.create({**fields, **card, **params}, {"idempotency_key": key} if key else {})

    def charged(self, amount: int = 10000) -> Any:
        """A captured payment of this amount."""
        return self.v1.payment_intents.capture(self.authorize(self.saved_card(), amount).id)

    def account(self) -> str:
        """A provider's account, not onboarded yet."""
        recipient = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
        return self.v2.core.accounts.create(
            {
                "contact_email": "priya@example.com",
                "display_name": "Priya",
                "dashboard": "express",
                "identity": {"country": "US", "entity_type": "individual"},
                "configuration": {"recipient": recipient},
                "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
            }
        ).id

    def link(self, account: str) -> str:
        where = {"refresh_url": "https://shop.example/again", "return_url": "https://shop.example/home"}
        use_case = {"type": "account_onboarding", "account_onboarding": where}
        return self.v2.core.account_links.create({"account": account, "use_case": use_case}).url

    def onboarded(self, number: str = GOOD_BANK) -> str:
        """A provider's account that can receive transfers and payouts."""
        account = self.account()
        form = {"legal_name": "Priya Rao", "routing_number": "110000000", "account_number": number}
        assert self.http.post(self.link(account), data=form).status_code == 303
        return account

    def transfer(self, account: str, amount: int, source: str | None = None, **params: Any) -> Any:
        fields: dict[str, Any] = {"amount": amount, "currency": "usd", "destination": account}
        fields |= {"source_transaction": source} if source else {}
        return self.v1.transfers.create({**fields, "transfer_group": "job_7", **params})

    def balance(self, account: str | None = None) -> tuple[int, int]:
        """(pending, available) in cents."""
        found = self.v1.balance.retrieve(options={"stripe_account": account} if account else {})
        return found.pending[0].amount, found.available[0].amount

    def events(self, account: str | None = None) -> list[str]:
        """All v1 events so far, oldest first."""
        options = {"stripe_account": account} if account else {}
        return [event.type for event in self.v1.events.list({"limit": 100}, options).data][::-1]

    def effects(self) -> dict[str, Any]:
        return self.emulator.books()["effects"]

    def eventually(self, question: Callable[[], object]) -> None:
        """Ask until the answer is yes, for at most five seconds."""
        give_up_at = time.monotonic() + 5
        while not question():
            assert time.monotonic() < give_up_at, "It did not happen within five seconds."
            time.sleep(0.01)
