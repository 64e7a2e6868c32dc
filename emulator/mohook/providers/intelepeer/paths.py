"""Where IntelePeer's API is, below the base URL that a client is set up with.

Source: IntelePeer, Receiving SMS messages; API Authentication; provisioning page; message
detail records.
"""

from __future__ import annotations

__all__ = ["AUTHENTICATE", "PORTAL_TOKEN", "PROVISION", "RECORDS", "WEBHOOK"]

_API = "/_rest/v4"

WEBHOOK = f"{_API}/my/did/sms/webhook"
PROVISION = f"{_API}/my/did/sms/provision"
AUTHENTICATE = f"{_API}/authenticate"
PORTAL_TOKEN = f"{_API}/app/sms/authenticate/get_portal_auth_token"
"""The older address of the same."""
RECORDS = f"{_API}/app/sms/mdr"
