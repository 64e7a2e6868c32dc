from __future__ import annotations

from typing import ClassVar

from django.db import models


class Ticket(models.Model):
    """One SMS. The provider's id is unique, so that an SMS sent again is no second ticket."""

    provider = models.CharField(max_length=16)
    message_id = models.CharField(max_length=64)
    sender = models.CharField(max_length=32)
    text = models.TextField()
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "message_id"], name="one_ticket_an_sms")
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.text[:40]}"
