"""The emulator that the running app is for."""

from __future__ import annotations

from flask import Flask, current_app

from mohook.emulator import Emulator

__all__ = ["attach", "attached", "emulator"]

_KEY = "mohook"


def attach(app: Flask, served: Emulator) -> None:
    """Make this the emulator of the app."""
    app.extensions[_KEY] = served


def attached(app: Flask) -> Emulator:
    """Return the emulator of an app."""
    served: Emulator = app.extensions[_KEY]
    return served


def emulator() -> Emulator:
    """Return the emulator of the app that is answering."""
    served: Emulator = current_app.extensions[_KEY]
    return served
