"""What people of the city write: short, each in their own way, and never about anything that only one trade has."""

from __future__ import annotations

import random

_HOW_IT_BEGAN = (
    "{first} was on time",
    "{first} came ten minutes early",
    "{first} called ahead",
    "Friendly from the first minute",
    "Quick and friendly",
    "{first} looked around first and then said what it would take",
    "Easy to talk to",
    "{first} had everything needed in the van",
    "Arrived when the app said",
    "Very thorough",
    "Calm and careful",
)
_HOW_IT_WENT = (
    "explained every step",
    "left the place cleaner than before",
    "was done sooner than the estimate",
    "took the time to show us how it all works",
    "found what two others had missed",
    "was honest about what was not worth doing",
    "kept to the price",
    "even took the old parts along",
    "was patient with a lot of questions",
    "did not stop before it was right",
    "worked around the children's nap",
    "covered the floor before starting",
)
_HOW_IT_ENDED = (
    "Would book again.",
    "Already booked the next visit.",
    "Recommended to the neighbors.",
    "Worth every dollar.",
    "Exactly what we had asked for.",
    "Thank you, {first}!",
    "Five stars from the whole family.",
    "My new favorite.",
    "",
    "",
    "",
)
_WHAT_WAS_GOOD = (
    "Everything works.",
    "Great job.",
    "All good, thanks!",
    "Just what I needed.",
    "Perfect.",
    "No complaints at all.",
)
_WHAT_WAS_NOT = (
    "It works now, but it took longer than it should have.",
    "Came late without a word.",
    "Fine in the end, after a second look.",
    "Good work, but we had to ask twice for an explanation.",
    "Did what was asked and not a bit more.",
    "Left some dust behind.",
    "Had to drive off for a part in the middle of it.",
    "The price was at the top of the range, and I am not sure why.",
    "Hard to reach beforehand.",
    "Okay. I had hoped for more advice.",
)
_OF_CUSTOMERS = (
    "Clear about what was wanted.",
    "Easy to find, and friendly.",
    "Everything was ready when I came.",
    "Good parking and a clear description.",
    "A pleasure to work for.",
    "Answered quickly when I had a question.",
    "Knew exactly what they wanted.",
    "Offered coffee, which never happens.",
    "Access took a while, otherwise fine.",
    "Nice people, nice dog.",
    "",
    "",
    "",
)
_DONE = (
    "Done and tested.",
    "Done; showed how it works.",
    "Done, old parts taken along.",
    "Finished, everything tidied up.",
    "Done. Advised to have it looked at again in a year.",
    "Took a little longer because of the access; all works.",
    "Done, photos are on the phone if needed.",
)
_SILENT = 0.2
_SHORT = 0.25


def praise(dice: random.Random, *, first_name: str) -> str:
    """Give what somebody says who was content; nothing at times."""
    if dice.random() < _SILENT:
        return ""
    if dice.random() < _SHORT:
        return dice.choice(_WHAT_WAS_GOOD)
    began, went, ended = dice.choice(_HOW_IT_BEGAN), dice.choice(_HOW_IT_WENT), dice.choice(_HOW_IT_ENDED)
    return f"{began} and {went}. {ended}".format(first=first_name).strip()


def grumble(dice: random.Random) -> str:
    """Give what somebody says who was not."""
    return dice.choice(_WHAT_WAS_NOT)


def of_a_customer(dice: random.Random) -> str:
    """Give what a provider says of a customer."""
    return dice.choice(_OF_CUSTOMERS)


def notes(dice: random.Random) -> str:
    """Give what a provider notes about the work."""
    return dice.choice(_DONE)
