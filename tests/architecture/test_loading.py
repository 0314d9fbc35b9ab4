"""What a process loads before its first request: no vendor's SDK, since only the worker speaks with vendors."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LOAD = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({"anymail", "phonenumbers", "requests", "stripe", "twilio"} & set(sys.modules)))
"""


def test_addresses_load_without_any_vendors_sdk():
    done = subprocess.run(
        [sys.executable, "-c", _LOAD],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "guildhall.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == []
