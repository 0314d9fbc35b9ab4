"""The vendor's own example objects, made neutral: every new object starts from one, so it has the vendor's shape."""

from __future__ import annotations

import copy
import json
from typing import Any

from sandbox.contracts import FOLDER

_FILE = json.loads((FOLDER / "stripe.fixtures.json").read_text())
_RESOURCES: dict[str, dict[str, Any]] = _FILE["resources"]
ERRORS: dict[str, dict[str, Any]] = _FILE["errors"]

_NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}

# The examples show every member filled; a fresh object has these empty.
_NEUTRAL: dict[str, dict[str, Any]] = {
    "customer": {"address": None, "discount": None, "shipping": None, "currency": None},
    "payment_method": {
        "metadata": {},
        "billing_details": {"address": _NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
    },
    "setup_intent": {
        "last_setup_error": None,
        "next_action": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "payment_method_configuration_details": None,
    },
    "payment_intent": {
        "last_payment_error": None,
        "next_action": None,
        "canceled_at": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "payment_method_configuration_details": None,
        "processing": None,
        "shipping": None,
        "transfer_data": None,
        "managed_payments": None,
    },
    "charge": {
        "amount_captured": 0,
        "balance_transaction": None,
        "billing_details": {"address": _NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
        "description": None,
        "shipping": None,
        "transfer_data": None,
        "source": None,
        "receipt_url": None,
    },
    "checkout.session": {
        "after_expiration": None,
        "consent": None,
        "consent_collection": None,
        "collected_information": None,
        "currency_conversion": None,
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer_details": None,
        "invoice_creation": None,
        "managed_payments": None,
        "payment_intent": None,
        "payment_method_configuration_details": None,
        "saved_payment_method_options": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "total_details": None,
        "ui_mode": "hosted_page",
    },
    "refund": {},
    "transfer": {},
    "transfer_reversal": {},
    "payout": {"trace_id": None, "reconciliation_status": "not_applicable"},
    "balance_transaction": {"description": None},
    "bank_account": {"account_holder_type": "individual"},
    "v2.core.account": {},
    "v2.core.account_link": {},
}


def blank(name: str, **values: Any) -> dict[str, Any]:
    """A new object of that name: the vendor's example, emptied, with these values."""
    return {**copy.deepcopy(_RESOURCES[name]), **copy.deepcopy(_NEUTRAL[name]), **values}
