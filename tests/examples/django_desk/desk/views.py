"""Where the providers post: 200 says that a ticket is open, and nothing else does."""

from __future__ import annotations

import json
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from desk.models import Ticket


@csrf_exempt
@require_POST
def ip1(request: HttpRequest) -> HttpResponse:
    """Take an SMS from ip1, which sends it again until it is answered with 200."""
    try:
        sms = json.loads(request.body)
        message_id, sender, text = sms["id"], sms["sender"], sms["body"]
    except (ValueError, TypeError, KeyError):
        return HttpResponse(status=400)
    _open("ip1", message_id, sender, text)
    return HttpResponse()


@csrf_exempt
@require_POST
def intelepeer(request: HttpRequest) -> HttpResponse:
    """Take an SMS from IntelePeer, which proves itself by the shared code."""
    try:
        sms = json.loads(request.body)
        message_id, sender, text = sms["refid"], sms["from"], sms["message"]
        signature = str(sms["signature"])
    except (ValueError, TypeError, KeyError):
        return HttpResponse(status=400)
    if not compare_digest(signature.encode(), settings.INTELEPEER_SECRET.encode()):
        return HttpResponse(status=403)
    _open("intelepeer", message_id, sender, text)
    return HttpResponse()


def _open(provider: str, message_id: str, sender: str, text: str) -> None:
    Ticket.objects.get_or_create(
        provider=provider, message_id=message_id, defaults={"sender": sender, "text": text}
    )
