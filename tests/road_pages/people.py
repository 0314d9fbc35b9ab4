"""What customers, providers and operators do before their screens, and what they read there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.clients import GOOD_BANK, eventually
from tests.customer_pages.walking import VISA, ask, book, enter, headline, pay
from tests.journeys.town import EXPERT, Booking
from tests.road_pages.stage import Stage
from tests.stack import PASSWORD, Person
from tests.watching import exactly

SLOW_MS = 20_000
WORK = "Find a hum or a dead channel"
_INNER_OF_RING = 0.8


@dataclass
class Seat:
    """Somebody and the page that is open before them."""

    stage: Stage
    person: Person
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        """Open a browser."""
        self.page = self.stage.window()

    def sign_in(self, application: str) -> None:
        """Become known to an application by its form, without looking at it: that is no part of the journeys."""
        form, http = f"{self.stage.site}/{application}/account/sign-in", self.page.context.request
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', http.get(form).text())
        assert token is not None
        said = {"email": self.person.email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        answer = http.post(form, form=said, max_redirects=0)
        assert answer.status == 303, answer.text()

    @property
    def name(self) -> str:
        """What they are called."""
        return self.person.first_name

    def reads(self, *texts: str) -> None:
        """Each of these texts is on the page, now or in a moment; nothing is wider than the screen."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, timeout=SLOW_MS)
        self.stage.fits(self.page)

    def reads_clock(self, name: str) -> None:
        """A clock goes on, and what it says fits into its ring."""
        clock = self.page.get_by_role("timer", name=name)
        expect(clock).to_be_visible()
        wide = clock.evaluate("(ring) => ring.querySelector('.countdown__text').offsetWidth / ring.offsetWidth")
        assert wide < _INNER_OF_RING, clock.inner_text()

    def link(self, name: str) -> None:
        """Follow a link, or a button that is one."""
        self.page.get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).last.click()

    def was_mailed(self, *beginnings: str) -> None:
        """They got exactly these mails about jobs, by the beginnings of the subjects."""
        self.stage.town.assert_mails(self.person, *beginnings)

    def messages(self, path: str, *beginnings: str) -> None:
        """Their inbox begins with these messages, the newest first."""
        self.page.goto(f"{self.stage.site}{path}/messages")
        titles = self.page.locator("#messages .row__title")
        expect(titles.first).to_be_visible()
        for number, beginning in enumerate(beginnings):
            expect(titles.nth(number)).to_have_text(re.compile(rf"^\s*{re.escape(beginning)}"))
        self.stage.fits(self.page)


@dataclass
class Customer(Seat):
    """A customer; `booking` is the one that they follow."""

    booking: Booking = field(init=False)
    _is_signed_in: bool = False

    # Asking

    def ask_from_the_first_page(self) -> None:
        """Ask for somebody at once as one who is new here; signs in on the way. Leaves on the way to the vendor."""
        ask(self.page, self.stage.site, self.stage.place)
        self._say_when(None)

    def ask(self, *, at: datetime | None = None) -> None:
        """Ask for work at a known address, now or for a wall time. Leaves on the way to the vendor, or at the booking."""
        self.sign_in("my")
        self._is_signed_in = True
        self.page.goto(f"{self.stage.site}/my/")
        self.link("Book somebody")
        self.page.get_by_role("button", name="1 Main Street").click()
        self.link("Audio")
        self.page.get_by_text(WORK).click()
        self.press("Continue")
        self._say_when(at)

    def ask_again(self, *, at: datetime | None = None) -> None:
        """Ask for the same work once more, from the page of one that is over."""
        self.press("Book it again")
        self._say_when(at)

    def _say_when(self, at: datetime | None) -> None:
        if at is None:
            self.page.get_by_text("As soon as possible").click()
        else:
            self.page.get_by_text("At a time I choose").click()
            self.choose_time(at)
        self.press("See the price")
        expect(self.page.get_by_role("heading", level=1, name="Your price")).to_be_visible()
        if self._is_signed_in:
            self.link("Continue")
        else:
            self.page.get_by_role("link", name="Sign in").last.click()
            enter(self.page, self.person.email)
            self._is_signed_in = True
        self.booking = Booking(book(self.page), self.person)

    def choose_time(self, at: datetime) -> None:
        """Fill in a day and a time of the place."""
        self.page.get_by_label("Day", exact=True).fill(at.date().isoformat())
        self.page.get_by_label("Arrival").select_option(at.strftime("%H:%M"))

    def pay(self, card: str = VISA) -> None:
        """Give a card on the vendor's page."""
        pay(self.page, card)

    def adds_card(self) -> None:
        """Go from the booking's page to the vendor's."""
        self.page.get_by_role("link", name="Add your card").or_(
            self.page.get_by_role("button", name="Add your card")
        ).click()

    def follows_mail(self, subject: str) -> None:
        """Open the link of the newest mail with this subject."""
        newest = self.stage.town.sandbox.mails(self.person.email, subject)[-1]
        text = self.stage.town.sandbox.mail(newest["id"])["text"]
        [link] = {one for one in re.findall(r"https?://\S+", text) if "/bookings/" in one}
        self.page.goto(link)

    def answer_the_bank(self, button: str = "Complete authentication") -> None:
        """Say yes, or no, to one's bank."""
        self.press(button)

    def ask_and_pay(self, card: str = VISA, *, at: datetime | None = None) -> None:
        """Ask, and give a card."""
        self.ask(at=at)
        self.pay(card)

    # Following

    def sees(self, words: str) -> None:
        """The page comes to say this by itself."""
        headline(self.page, words)
        self.stage.fits(self.page)

    def opens_booking(self, query: str = "") -> None:
        """Open the page of the booking."""
        self.page.goto(f"{self.stage.site}/my/bookings/{self.booking.id}{query}")

    def sees_asked(self, whom: str) -> None:
        """Somebody is being asked, for as long as the page counts."""
        self.sees("Looking for your Hero")
        self.reads(whom)
        self.reads_clock("Until the next are asked")

    @property
    def start_code(self) -> str:
        """The code that work begins with, as the page shows it."""
        code = self.page.locator(".code").inner_text()
        assert re.fullmatch(r"\d{4}", code)
        return code

    @property
    def money(self) -> Locator:
        """The card with the money of the booking."""
        return self.page.locator(".card").filter(has=self.page.get_by_role("heading", name="Money", exact=True))

    def pays(self, *texts: str) -> None:
        """The booking's money reads so, now or in a moment."""
        for text in texts:
            expect(self.money).to_contain_text(text, timeout=SLOW_MS)
        self.stage.fits(self.page)

    # Acting

    def cancel(self, costs: str, *, told: "Provider | None" = None, says: str = "Cancelled") -> None:
        """Cancel for what is shown (an amount, or `free`); whoever is `told` sees it without doing anything."""
        self.page.get_by_role("link", name=re.compile("^Cancel")).last.click()
        self.reads("Cancelling now is free." if costs == "free" else costs)
        self.page.get_by_label("Why?").fill("We changed our minds.")
        if told is None:
            self.press("Cancel the booking")
        else:
            self.stage.step(self.page, "Cancel the booking", told.page, says)
        self.sees("This booking is cancelled")
        self.reads("It costs nothing" if costs == "free" else f"It costs the fee that you saw: {costs}.")

    def confirm(self, charged: str) -> None:
        """Accept the hours and read the receipt."""
        self.press("The hours are right")
        self.sees("Done")
        self.pays("Total", f"{charged} charged to")

    @property
    def books(self) -> Mapping[str, int]:
        """What the payment vendor did for the booking (minor units), by its own books."""
        self.stage.town.quiet()
        return self.stage.town.books(self.booking)


@dataclass
class Provider(Seat):
    """A provider, at whose first page offers come by themselves."""

    def __post_init__(self) -> None:
        """Open a browser and sign in."""
        super().__post_init__()
        self.sign_in("pro")
        self.goes_to("/")
        expect(self.page.get_by_role("heading", level=1, name="Today")).to_be_visible()

    def goes_to(self, path: str) -> None:
        """Open a page of the application."""
        self.page.goto(f"{self.stage.site}/pro{path}")

    def open_payout_account(self) -> None:
        """Have an account opened on the vendor's page, where the bank account is given."""
        self.goes_to("/payouts")
        self.press("Open or complete my account")
        self.link("Continue with our payment partner")
        for label, text in (
            ("Legal name", f"{self.name} Journey"),
            ("Routing number", "110000000"),
            ("Account number", GOOD_BANK),
        ):
            self.page.get_by_label(label).fill(text)
        self.press("Submit")
        self.reads("On your account now")
        self.goes_to("/")

    def opens_offer(self, pay: str) -> None:
        """Look at the offer that came to the first page by itself."""
        offer = self.page.locator("#today, #offers").get_by_role("link", name=WORK)
        expect(offer).to_contain_text(pay, timeout=SLOW_MS)
        self.stage.fits(self.page)
        offer.click()
        self.reads(pay, "at least, after our fee")
        self.reads_clock("Time left to accept")

    def has_no_offer(self) -> None:
        """Nothing is asked of them."""
        expect(self.page.locator("#today")).to_contain_text("Nothing to do at the moment")
        expect(self.page.locator("#today").get_by_role("link", name=WORK)).to_have_count(0)

    def accept(self, seen_by: Customer) -> None:
        """Accept the offer that is open before them; the customer sees it at once."""
        self.stage.step(self.page, "Accept", seen_by.page, f"{self.name} is coming")
        expect(self.page).to_have_url(re.compile(f"/pro/jobs/{seen_by.booking.id}$"))
        self.reads("The job is yours.", "1 Main Street")

    def take(self, pay: str, seen_by: Customer) -> None:
        """Look at the offer that came, and accept it."""
        self.opens_offer(pay)
        self.accept(seen_by)

    def decline(self, reason: str) -> None:
        """Decline the offer that is open before them."""
        self.page.locator("[data-opens=decline]").click()
        self.page.get_by_text(reason).click()
        self.press("Decline")

    def set_out(self, seen_by: Customer) -> None:
        """Leave."""
        self.stage.step(self.page, "I am on my way", seen_by.page, f"{self.name} is on the way")

    def arrive(self, seen_by: Customer) -> None:
        """Be there."""
        self.stage.step(self.page, "I have arrived", seen_by.page, f"{self.name} is at your door")

    def start(self, seen_by: Customer) -> None:
        """Begin with the code that the customer reads from their page."""
        self.page.get_by_label("Code from the customer").fill(seen_by.start_code)
        self.stage.step(self.page, "Start the work", seen_by.page, f"{self.name} is at work")

    def stop(self, seen_by: Customer, *, minutes: int) -> None:
        """Stop, and send the hours."""
        self.link("Stop and log hours")
        self.page.get_by_label("Minutes of work").fill(str(minutes))
        self.stage.step(self.page, "Stop and send the hours", seen_by.page, "Please look at the hours")

    def work(self, seen_by: Customer, *, minutes: int) -> None:
        """Do the job from the way there to the logged hours."""
        self.set_out(seen_by)
        self.arrive(seen_by)
        self.start(seen_by)
        self.stage.town.wait(f"{minutes} min")
        self.stop(seen_by, minutes=minutes)

    def is_told(self, words: str) -> None:
        """The page comes to say this by itself."""
        said = self.page.locator("h1, [data-say]").filter(has_text=exactly(words)).first
        expect(said).to_be_visible(timeout=SLOW_MS)
        self.stage.fits(self.page)

    def earned(self, amount: str, state: str, *, kind: str = f"{WORK} for Ana J.") -> None:
        """The newest line of the earnings; the page is no live one, and the share is sent a moment after the hours are agreed."""
        self.goes_to("/earnings")
        line = self.page.locator("section .row").first

        def shows_it() -> bool:
            if state in line.inner_text():
                return True
            self.page.reload()
            return False

        eventually(shows_it, SLOW_MS / 1000, 0.5)
        for text in (kind, amount, state):
            expect(line).to_contain_text(text)
        self.stage.fits(self.page)

    def was_texted(self, times: int) -> None:
        """So many text messages came, each with the way to an offer."""
        texts = self.stage.town.texts(self.person)
        assert len(texts) == times, texts
        assert all("Audio" in text for text in texts), texts


def customer(stage: Stage, first_name: str = "Ana") -> Customer:
    """Somebody who has an account and an address."""
    return Customer(stage, stage.town.customer(first_name, stage.place))


def provider(stage: Stage, first_name: str, tier_rank: int = EXPERT, *, paid: bool = True) -> Provider:
    """Somebody who works here; `paid` says whether the payout account is open."""
    [person] = stage.town.providers([(first_name, tier_rank)], stage.place, paid=paid)
    return Provider(stage, person)


@dataclass
class Operator(Seat):
    """An operator at the desk, where what waits comes by itself."""

    def __post_init__(self) -> None:
        """Open a browser, always on a desk, and sign in."""
        self.page = self.stage.window("desk")
        self.sign_in("ops")
        self.page.goto(f"{self.stage.site}/ops/")
        expect(self.page.locator("#work")).to_be_visible()

    def sees_waiting(self, kind: str, whose: str) -> None:
        """Something of somebody waits for an operator."""
        entry = self.page.locator("#queue [data-item]").filter(has_text=whose)
        expect(entry).to_contain_text(kind, timeout=SLOW_MS)

    def sees_nothing_waiting(self, whose: str) -> None:
        """Nothing of somebody waits any more."""
        expect(self.page.locator("#queue [data-item]").filter(has_text=whose)).to_have_count(0, timeout=SLOW_MS)


def operator(stage: Stage) -> Operator:
    """Give the operator of the town."""
    return Operator(stage, stage.town.olga)
