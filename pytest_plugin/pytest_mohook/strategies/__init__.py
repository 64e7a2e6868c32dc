"""Hypothesis strategies: all that a provider may send, and what it must not."""

from __future__ import annotations

from pytest_mohook.strategies.addresses import e164_numbers, msisdns, short_codes
from pytest_mohook.strategies.arguments import StrategyArgumentError
from pytest_mohook.strategies.faults import fault_scripts
from pytest_mohook.strategies.histories import message_histories
from pytest_mohook.strategies.hostile import HostileKind, HostileRequest, hostile_requests
from pytest_mohook.strategies.intelepeer import intelepeer_messages
from pytest_mohook.strategies.ip1 import ip1_batches, ip1_messages
from pytest_mohook.strategies.requests import WebhookRequest, webhook_requests
from pytest_mohook.strategies.texts import sms_texts

__all__ = [
    "HostileKind",
    "HostileRequest",
    "StrategyArgumentError",
    "WebhookRequest",
    "e164_numbers",
    "fault_scripts",
    "hostile_requests",
    "intelepeer_messages",
    "ip1_batches",
    "ip1_messages",
    "message_histories",
    "msisdns",
    "short_codes",
    "sms_texts",
    "webhook_requests",
]
