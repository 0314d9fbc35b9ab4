"""What can be asked of customers."""

from guildhall.customers.commands.choosing import (
    BlockedProvider,
    TooManyFavourites,
    add_favourite,
    block_provider,
    order_favourites,
    remove_favourite,
    unblock_provider,
)
from guildhall.customers.commands.paying import (
    BadCard,
    make_default_card,
    record_card,
    record_payment_customer,
    remove_card,
)
from guildhall.customers.commands.registering import register_customer
from guildhall.customers.commands.residing import BadPin, TooManyAddresses, add_address, change_address
from guildhall.customers.gateway import UnknownZip

__all__ = [
    "BadCard",
    "BadPin",
    "BlockedProvider",
    "TooManyAddresses",
    "TooManyFavourites",
    "UnknownZip",
    "add_address",
    "add_favourite",
    "block_provider",
    "change_address",
    "make_default_card",
    "order_favourites",
    "record_card",
    "record_payment_customer",
    "register_customer",
    "remove_card",
    "remove_favourite",
    "unblock_provider",
]
