"""The locustfile that `mohook load` hands to Locust."""

from __future__ import annotations

from pytest_mohook.load.process.storm import Storm, take_orders

__all__ = ["Storm"]

if __name__ == "locustfile":  # as Locust calls it; to read it does nothing
    take_orders()
