"""What can be asked of providers."""

from guildhall.providers.areas import BadArea
from guildhall.providers.commands.listing import BadListing, add_service, change_service, set_service_listed
from guildhall.providers.commands.reaching import (
    UnknownTier,
    set_available_now,
    set_categories,
    set_home,
    set_service_area,
    set_tier,
)
from guildhall.providers.commands.recording import (
    PayoutAccountTaken,
    record_offer_answer,
    record_payout_account,
    record_rating,
)
from guildhall.providers.commands.registering import describe_provider, register_provider
from guildhall.providers.commands.showing import set_photograph
from guildhall.providers.commands.working import BadLimits, set_limits, set_weekly_hours
from guildhall.providers.rules import BadHours, UnknownTimeZone

__all__ = [
    "BadArea",
    "BadHours",
    "BadLimits",
    "BadListing",
    "PayoutAccountTaken",
    "UnknownTier",
    "UnknownTimeZone",
    "add_service",
    "change_service",
    "describe_provider",
    "record_offer_answer",
    "record_payout_account",
    "record_rating",
    "register_provider",
    "set_available_now",
    "set_categories",
    "set_home",
    "set_limits",
    "set_photograph",
    "set_service_area",
    "set_service_listed",
    "set_tier",
    "set_weekly_hours",
]
