"""The account pages, which every application has."""

from tests.api.browser import Page
from tests.given_people import PASSWORD

OTHER_PASSWORD = "another horse battery"
NOBODY = "00000000-0000-0000-0000-000000000000"


def account_pages(prefix: str, *, next_page: str) -> dict[str, Page]:
    """Forms of an application's account pages; `{my_email}` and the like are those of the one who owns what is named."""
    account = f"/{prefix}/account"
    passkey = {"challenge_id": NOBODY, "answer": "{{}}"}
    return {
        f"POST {account}/sign-in": Page(
            {"email": f"{{{prefix}_email}}", "password": PASSWORD, "next": next_page},
        ),
        f"POST {account}/sign-in/code": Page({"email": "nobody@example.com", "next": next_page}),
        f"POST {account}/sign-in/passkey": Page({**passkey, "next": next_page}),
        f"POST {account}/password/forgotten": Page({"email": "nobody@example.com"}),
        f"POST {account}/password": Page({"current_password": PASSWORD, "password": OTHER_PASSWORD}),
        f"POST {account}/profile": Page(
            {"first_name": "Nora", "last_name": "Nilsen", "phone_number": "+16192000001", "language": "es"}
        ),
        f"POST {account}/tastes": Page({"language": "es", "theme": "dark"}, lenient=frozenset({"language", "theme"})),
        f"POST {account}/agreements": Page({"email_news": "on"}, lenient=frozenset({"email_news"})),
        f"POST {account}/passkeys": Page(passkey),
        f"POST {account}/sessions/{{session_id}}/end": Page(path=f"{account}/sessions/{{{prefix}_session}}/end"),
        f"POST {account}/passkeys/{{passkey_id}}/removal": Page(
            path=f"{account}/passkeys/{{{prefix}_passkey}}/removal"
        ),
    }


def registration(**more: str) -> Page:
    """Somebody new."""
    form = {"first_name": "Nora", "last_name": "Nilsen", "email": "new@example.com", "phone_number": "+16192000001"}
    return Page({**form, "password": PASSWORD, "terms": "on", **more}, lenient=frozenset({"terms"}))
