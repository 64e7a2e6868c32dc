"""Tells IntelePeer where to post what our numbers receive."""

from __future__ import annotations

import requests

API = "https://api.intelepeer.com"


def point(number: str, webhook: str, *, token: str, api: str = API) -> None:
    """Have `number` post to `webhook`. Raises requests.HTTPError where IntelePeer refuses."""
    answer = requests.post(
        f"{api}/_rest/v4/my/did/sms/webhook",
        json={"endpoints": [number], "webhook": webhook},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    answer.raise_for_status()
