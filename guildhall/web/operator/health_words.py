"""
What the parts of the running system are called on the Health page, and what each means for people.

By their technical names, which the page shows small beside them: the log is searched by those.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Thing:
    """A part of the system: its name, what it does for people, and what they notice `without` it."""

    name: str | Promise
    does: str | Promise = ""
    without: str | Promise = ""


ROLES = {
    "web": Thing(
        _("Pages and apps"),
        _("Shows every page and answers the apps."),
        _("Nobody can open a page, and the apps get no answer."),
    ),
    "worker": Thing(
        _("Cards, payouts, mails and texts"),
        _("Charges cards, pays providers, and sends mails and text messages."),
        _("No card is charged, no provider is paid, and no mail or text message leaves. All of it waits in line."),
    ),
    "dispatcher": Thing(
        _("What happens when a time is up"),
        _("Asks the next providers, reminds people, and takes silence for a yes when its time has come."),
        _("Searches stand still and nobody is reminded. What was due is made up for afterwards."),
    ),
    "sequencer": Thing(
        _("The order of what happens"),
        _("Writes down in one order what people did, so that everything else can follow from it."),
        _("Nothing follows from what people do: no message is written, and bookings wait for their next step."),
    ),
    "subscriber": Thing(
        _("What follows from what happens"),
        _("Takes every next step: a saved card starts the search, a confirmed job writes its mails."),
        _("Next steps wait: searches do not start and messages are not written. They are made up for afterwards."),
    ),
    "listener": Thing(
        _("The bell for next steps"),
        _("Rings as soon as something has happened, so that its next steps come at once."),
        _("Every next step comes up to a second later. Nothing is lost."),
    ),
    "realtime": Thing(
        _("Live pages"),
        _("Shows on open pages at once what has changed."),
        _("Open pages show changes some seconds late. Nothing is lost."),
    ),
}
OTHER = Thing(_("Another program"), _("Is connected to the database: a console, a backup, or a tool of yours."))

SUBSCRIPTIONS = {
    "bookings": Thing(
        _("Next steps of bookings"),
        _("Moves bookings on when a card was saved, a payment was held, or a search found nobody."),
        _("Bookings wait, although their card was saved or their search is over."),
    ),
    "discovery": Thing(
        _("Who can be found"),
        _("Keeps up where and when providers work, for every search."),
        _("Searches do not know yet what providers have changed of their area, hours or right to work."),
    ),
    "feed": Thing(
        _("News for open pages"),
        _("Tells open pages and apps that there is something new."),
        _("Open pages and apps show what is new only when they are loaded again."),
    ),
    "matching": Thing(
        _("Offers and answers"),
        _("Counts who accepted and declined, and takes offers back from whoever may not work any more."),
        _("Providers' records lag behind, and offers of those who may not work any more stay open."),
    ),
    "notifications": Thing(
        _("Messages"),
        _("Writes the mails, text messages and inboxes of everything that happens."),
        _("Messages wait: people are told late of what has happened."),
    ),
    "providers": Thing(
        _("New and closed accounts of providers"),
        _("A confirmed account becomes a provider; a closed one stops being one."),
        _("New providers cannot begin yet, and closed accounts still count as providers."),
    ),
    "reviews": Thing(
        _("Reviews"),
        _("Opens the reviews of finished work."),
        _("Nobody can review the work that was finished meanwhile."),
    ),
}

QUEUES = {
    "urgent": Thing(_("Messages that cannot wait"), _("Offers to providers, codes, and whoever stands at the door.")),
    "default": Thing(
        _("Payments and upkeep"), _("Cards to authorize and charge, shares and payouts to send, and tidying up.")
    ),
    "notifications": Thing(_("Other messages"), _("Confirmations, reminders, receipts.")),
}

TASKS = {
    "notifications.send": _("Send a message"),
    "notifications.send_in_order": _("Send what waited for the end of somebody's quiet hours"),
    "notifications.keep_going": _("Take up messages that were left lying"),
    "payments.perform": _("Move money at the payment provider"),
    "payments.hear": _("Read what the payment provider reported"),
    "payments.send_shares": _("Send a provider their share"),
    "payments.keep_going": _("Take up payments that were left lying"),
    "payments.find_missed_events": _("Fetch what the payment provider could not report"),
    "payments.keep_held_money": _("See that held money is not paid out by itself"),
    "discovery.extend_free_busy": _("Carry everybody's calendar on by a day"),
    "api.forget_keys": _("Forget old requests of programs"),
    "builtin:procrastinate.builtin_tasks.remove_old_jobs": _("Tidy up finished jobs"),
    "procrastinate.builtin_tasks.remove_old_jobs": _("Tidy up finished jobs"),
}

TIMERS = {
    "booking.deadline": Thing(_("Deadline of a booking"), _("The booking stays as it is, though its time is up.")),
    "booking.reminder": Thing(_("Reminder of an appointment"), _("The two are not reminded of their appointment.")),
    "booking.authorize": Thing(
        _("Card to be held before an appointment"), _("The customer's card was not held before the work.")
    ),
    "booking.payment_deadline": Thing(
        _("Deadline to mend a payment"), _("The booking waits for a card, though the time for it is up.")
    ),
    "notifications.wake": Thing(
        _("Message after quiet hours"), _("A message that waited for the morning has not left.")
    ),
    "payments.renewal": Thing(
        _("Held payment to be renewed"), _("The hold on the customer's card may end before the case does.")
    ),
    "reviews.window": Thing(_("End of a review's time"), _("The reviews of this work are not published yet.")),
}
