"""The tables, each row in plain types: the same on SQLite and on PostgreSQL.

Instants are whole microseconds since 1970, so that they sort, and are exact on both. Texts that
may hold any character stand as UTF-8 bytes: PostgreSQL's texts have no NUL.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

__all__ = [
    "UNCLAIMED",
    "VERSION",
    "WAITING",
    "attempts",
    "documents",
    "events",
    "messages",
    "metadata",
    "tally",
    "versions",
]

VERSION = 1
"""What a state must be to be read by this release; `migrations.py` leads there."""

_Number = BigInteger().with_variant(Integer, "sqlite")  # as a key, SQLite's own row number

UNCLAIMED = "state = 'pending' AND claim IS NULL"
WAITING = "state IN ('pending', 'held')"
"""Conditions of partial indexes: a query that wants one must say the very words."""

metadata = MetaData()

messages = Table(
    "mohook_messages",
    metadata,
    Column("n", _Number, primary_key=True, autoincrement=False),  # of the id `m…`
    Column("provider", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", _Number, nullable=False),
    Column("destination", Text),
    Column("due", _Number),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("attempts_made", Integer, nullable=False),
    Column("via", Text, nullable=False),
    Column("finished", _Number),  # the how manieth to finish; None while it waits
    Column("last_event", _Number, nullable=False),  # no entry of the journal above it is about it
    # For several emulators on one queue; one alone, on an SQLite file, keeps its claims to itself.
    Column("claim", _Number),
    Column("leased_until", Double),  # seconds since 1970 by the database's clock
)
Index(
    "mohook_due",
    messages.c.destination,
    messages.c.due,
    messages.c.n,
    postgresql_where=text(UNCLAIMED),
    sqlite_where=text(UNCLAIMED),
)
Index(
    "mohook_waiting",
    messages.c.endpoint,
    postgresql_where=text(WAITING),
    sqlite_where=text(WAITING),
)
Index(
    "mohook_finished",
    messages.c.finished,
    postgresql_where=text("finished IS NOT NULL"),
    sqlite_where=text("finished IS NOT NULL"),
)
Index(
    "mohook_claimed",
    messages.c.leased_until,
    postgresql_where=text("claim IS NOT NULL"),
    sqlite_where=text("claim IS NOT NULL"),
)

attempts = Table(
    "mohook_attempts",
    metadata,
    Column("event", _Number, primary_key=True, autoincrement=False),  # its entry in the journal
    Column("message", _Number, nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", _Number, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status_code", Integer),
    Column("error", LargeBinary),
    Column("name_lookup", Double, nullable=False),
    Column("connect", Double, nullable=False),
    Column("tls", Double, nullable=False),
    Column("request_sent", Double, nullable=False),
    Column("first_byte", Double, nullable=False),
    Column("total", Double, nullable=False),
    Column("url", Text, nullable=False),
    Column("request_headers", Text, nullable=False),  # JSON: [[name, value], …]
    Column("request_body", LargeBinary),  # None where it is the message's payload
    Column("response_head", LargeBinary, nullable=False),
    Column("response_body", LargeBinary, nullable=False),
    Column("fault", Text),
    Column("copy_of", Integer),
    Column("decision", Text),
    Column("next_attempt_at", _Number),
    Index("mohook_of_message", "message"),
)

events = Table(
    "mohook_events",  # but for ended attempts, which stand in their own table
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("at", _Number, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", _Number),
    Column("state", Text),
    Column("due", _Number),
    Column("attempts_made", Integer),
    Column("via", Text),
    Column("data", Text),  # JSON, where it is about no message
)

tally = Table(
    "mohook_tally",  # what is counted, so that nobody counts rows
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", _Number, nullable=False),
)

documents = Table(
    "mohook_documents",  # configuration, faults, clock: JSON by name
    metadata,
    Column("name", Text, primary_key=True),
    Column("content", Text, nullable=False),
)

versions = Table(
    "mohook_version",  # one row
    metadata,
    Column("version", Integer, nullable=False),
    Column("written_by", Text, nullable=False),
)
