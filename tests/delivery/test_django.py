"""Django's two handlers, in a process of their own: its settings are one for a whole process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import asyncio, json, sys
import django
from django.conf import settings
from django.http import JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="__main__", SECRET_KEY="x", USE_TZ=True,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"], DEBUG_PROPAGATE_EXCEPTIONS=True,
)
django.setup()

def inbound(request, name):
    told = json.loads(request.body)
    if told["body"] == "fail":
        raise KeyError("mnc")
    return JsonResponse({
        "text": told["body"], "name": name, "query": request.GET["q"],
        "host": request.get_host(), "type": request.content_type,
        "from": request.META["REMOTE_ADDR"],
    })

async def inbound_async(request, name):
    await asyncio.sleep(0)
    return inbound(request, name)

urlpatterns = [path("sync/<name>/", inbound), path("async/<name>/", inbound_async)]

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from mohook.delivery.clock import ManualClock
from mohook.emulator import Emulator
from mohook.submission import Submission

make, view, awaited = sys.argv[1:]
emulator = Emulator(clock=ManualClock())
app = get_asgi_application() if make == "asgi" else get_wsgi_application()
emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(app)}/{view}/%C3%BC/?q=%26")
emulator.send([Submission("ip1", "46700000001", "456189040623", body) for body in ("hi", "fail")])
if awaited == "awaited":
    async def settle():
        return await emulator.aio.settle()
    made = asyncio.run(settle())
else:
    made = emulator.settle()
emulator.stop()
print(json.dumps([[each.outcome, each.error, each.response_body.decode()] for each in made]))
"""


@pytest.mark.parametrize("awaited", ["awaited", "called"])
@pytest.mark.parametrize("view", ["sync", "async"])
@pytest.mark.parametrize("make", ["wsgi", "asgi"])
def test_django_sees_the_request_and_its_error_is_told(make: str, view: str, awaited: str) -> None:
    """Both handlers, with both kinds of views, called and awaited; none has a lifespan."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, make, view, awaited],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    good, bad = json.loads(done.stdout.splitlines()[-1])
    assert good[:2] == ["200", None]
    assert json.loads(good[2]) == {
        "text": "hi",
        "name": "ü",
        "query": "&",
        "host": "testserver:1",
        "type": "application/json",
        "from": "127.0.0.1",
    }
    assert bad[0] == "500"
    assert bad[1].startswith("the app raised KeyError: 'mnc'")
