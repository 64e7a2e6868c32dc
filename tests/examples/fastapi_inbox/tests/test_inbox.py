"""Tests that are plain functions: mohook runs the app, with its lifespan, on a loop of its own."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from pytest_mohook import Mohook


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_an_sms_is_kept_once(mohook: Mohook, app: FastAPI, provider: str) -> None:
    """Also when it comes twice at the same time, and when the acknowledgement is lost."""
    mohook.fail_next("duplicate", "lose-ack")
    sms = mohook.send(provider, "Grüße 🐝")
    mohook.advance(minutes=20)
    assert sms.delivered
    assert app.state.inbox.texts() == ["Grüße 🐝"]


def test_a_wrong_signature_is_refused(mohook: Mohook, app: FastAPI) -> None:
    assert mohook.intelepeer.send("STOP", signature="guessed").outcomes == ["403"]
    assert app.state.inbox.texts() == []
