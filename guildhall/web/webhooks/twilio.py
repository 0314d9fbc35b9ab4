"""Twilio's callbacks: what became of a message, and what people answer. Signed over the public address and the form."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildhall.kernel.refusals import Refused
from guildhall.notifications.commands import hear_sms, record_sms_status
from guildhall.web.api.parsing import check_text
from guildhall.web.middleware import received_at

_NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class BadSignature(Refused):
    """Not signed, signed by somebody else, or changed on the way."""

    code = "bad_signature"
    status = 400
    default_detail = "This message does not come from the vendor of text messages."


@csrf_exempt
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    """Hear what became of a message. Callbacks come in any order and more than once."""
    form = _signed_form(request)
    record_sms_status(
        sid=form.get("MessageSid", ""),
        status=form.get("MessageStatus", ""),
        error_code=form.get("ErrorCode", ""),
        at=received_at(request),
    )
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """Hear what somebody wrote to our number: STOP and START change their consent."""
    form = _signed_form(request)
    hear_sms(from_number=form.get("From", ""), body=form.get("Body", ""), at=received_at(request))
    return HttpResponse(_NO_ANSWER, content_type="text/xml")


def _signed_form(request: HttpRequest) -> QueryDict:
    """
    Read the form, once its signature is right.

    :raises BadSignature: when it is not.
    """
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    given = request.headers.get("X-Twilio-Signature", "")
    if not settings.TWILIO_AUTH_TOKEN or not hmac.compare_digest(_signature(url, request.POST), given.encode()):
        raise BadSignature
    for values in request.POST.values():
        check_text(str(values))
    return request.POST


def _signature(url: str, form: QueryDict) -> bytes:
    """HMAC-SHA1 of the address and every member in order, as the vendor computes it."""
    members = "".join(f"{name}{value}" for name in sorted(form) for value in sorted(set(form.getlist(name))))
    digest = hmac.new(settings.TWILIO_AUTH_TOKEN.encode(), f"{url}{members}".encode(), hashlib.sha1).digest()
    return base64.b64encode(digest)
