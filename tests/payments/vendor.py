"""The vendor as a test sees it: its clock, its hosted pages, its events, its books."""

import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from guildhall.payments.commands import handle_webhook
from guildhall.timers.commands import travel_to
from guildhall.timers.queries import clock_now
from sandbox.stripe import StripeEmulator
from sandbox.stripe.webhooks import sign
from tests.clients import NO_TLS

VISA = "4242424242424242"
REFUSED_LATER = "4000000000000341"
ASKS_ALWAYS = "4000002760003184"
GOOD_BANK = "000123456789"
BANK_WITHOUT_ACCOUNT = "000111111116"
BANK_THAT_RETURNS = "000888888883"


class Vendor:
    """An emulator behind real HTTP, whose clock and ours travel together."""

    def __init__(self, emulator: StripeEmulator, url: str, secrets: dict[str, str]) -> None:
        self.emulator = emulator
        self.secrets = secrets
        self.http = httpx.Client(base_url=url, trust_env=False, verify=NO_TLS, follow_redirects=False)

    def close(self) -> None:
        self.http.close()

    def travel(self, by: timedelta) -> datetime:
        """Move both clocks, let the vendor do what falls due, and give the new now."""
        self.emulator.desk.clock.set_offset(self.emulator.desk.clock.offset_seconds + by.total_seconds())
        travel_to(travelled=timedelta(seconds=self.emulator.desk.clock.offset_seconds))
        self.emulator.advance()
        return clock_now()

    def give_card(self, url: str, number: str = VISA, *, authenticate: bool = False) -> int:
        """Fill in the hosted page, and pass the bank's own step when asked; gives the last HTTP status."""
        path = httpx.URL(url).path
        answer = self.http.post(path, data={"number": number, "exp": "12/34", "cvc": "123", "zip": "92101"})
        if authenticate:
            answer = self.http.post(f"{path}/authenticate", data={"outcome": "complete"})
        return answer.status_code

    def give_bank(self, url: str, account_number: str = GOOD_BANK) -> None:
        """Fill in the hosted onboarding."""
        fields = {"legal_name": "Priya Raman", "routing_number": "110000000", "account_number": account_number}
        answer = self.http.post(httpx.URL(url).path, data=fields)
        assert answer.status_code == 303, answer.text

    def waiting(self) -> list[dict[str, Any]]:
        """Deliveries that nobody has taken yet, oldest first."""
        return self.emulator.desk.store.list("delivery")

    def hand_over(self, delivery: dict[str, Any]) -> None:
        """Deliver an event to our command as the vendor's courier would."""
        handle_webhook(
            endpoint=delivery["target"],
            raw=delivery["body"].encode(),
            signature=sign(delivery["body"], self.secrets[delivery["target"]], at=time.time()),
            at=clock_now(),
        )
        event = json.loads(delivery["body"])
        store = self.emulator.desk.store
        store.put(event["object"], event["id"], {**(store.get(event["object"], event["id"]) or event), "_delivered": 1})
        store.delete("delivery", delivery["id"])

    def hand_over_all(self) -> None:
        """Deliver everything that waits."""
        for delivery in self.waiting():
            self.hand_over(delivery)

    def drop_all(self) -> None:
        """Lose everything that waits."""
        for delivery in self.waiting():
            self.emulator.desk.store.delete("delivery", delivery["id"])

    def effects(self, *kinds: str) -> list[dict[str, Any]]:
        """What the vendor really did, by kind."""
        return [effect for effect in self.emulator.desk.store.list("effect") if effect["kind"] in kinds]

    def amounts(self, *kinds: str) -> list[int]:
        return [effect["amount"] for effect in self.effects(*kinds)]

    def fail(self, times: int = 1, *, status: int = 500, path: str = "/v1/", lose: bool = False) -> "Faults":
        """Let the next calls under a path fail: before the effect, or (`lose`) after it with the answer lost."""
        faults = Faults(times=times, status=status, path=path, lose=lose)
        self.emulator.before_request = faults
        return faults


class Faults:
    """Failures that happen so many times and then stop; counts the calls it saw."""

    def __init__(self, *, times: int, status: int, path: str, lose: bool) -> None:
        self.left, self.status, self.path, self.lose = times, status, path, lose
        self.keys: list[str] = []

    async def __call__(self, request: Any) -> Any:
        from starlette.responses import JSONResponse

        from sandbox.stripe.errors import failure

        if request.method != "POST" or not request.url.path.startswith(self.path):
            return None
        self.keys.append(request.headers.get("idempotency-key", ""))
        if self.left == 0:
            return None
        self.left -= 1
        if self.lose:
            request.state.lose_answer = True
            return None
        return JSONResponse(failure(self.status), self.status)


def bodies(deliveries: Sequence[dict[str, Any]]) -> list[str]:
    """The types of events, for messages."""
    return [json.loads(delivery["body"])["type"] for delivery in deliveries]
