"""Receivers that end the connection at the wrong moment, or say what they do not hold to."""

from __future__ import annotations

from tests._receivers.receiver import Behaviour, Connection

__all__ = [
    "OK",
    "answers_before_reading",
    "answers_but_never_reads",
    "answers_one_request_a_connection",
    "closes_at_once",
    "closes_mid_request",
    "closes_without_an_answer",
    "half_closes_after_the_answer",
    "half_closes_before_the_answer",
    "reads_and_says",
    "resets_after_reading",
    "resets_before_reading",
    "resets_mid_answer",
    "says",
    "says_and_keeps",
    "takes_the_second_request_and",
]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def says(raw: bytes) -> Behaviour:
    """Return the behaviour of reading a request, sending exactly these bytes, and closing."""

    def say(connection: Connection) -> None:
        connection.read_request()
        connection.send(raw)

    return say


def says_and_keeps(raw: bytes) -> Behaviour:
    """Return the behaviour of answering each request with exactly these bytes, never closing."""

    def say(connection: Connection) -> None:
        while True:
            connection.read_request()
            connection.send(raw)

    return say


def reads_and_says(raw: bytes) -> Behaviour:
    """Return the behaviour of reading whatever comes first, HTTP or not, and sending this."""

    def say(connection: Connection) -> None:
        connection.read()
        connection.send(raw)

    return say


def closes_at_once(connection: Connection) -> None:
    """Close as soon as there is a connection: the sender may or may not have written yet."""


def closes_without_an_answer(connection: Connection) -> None:
    connection.read_request()


def closes_mid_request(connection: Connection) -> None:
    """Read the head and a little of the body, and close: the rest of it meets a closed door."""
    connection.read_head()


def resets_before_reading(connection: Connection) -> None:
    connection.reset()


def resets_after_reading(connection: Connection) -> None:
    connection.read_request()
    connection.reset()


def resets_mid_answer(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it")
    connection.reset()


def half_closes_before_the_answer(connection: Connection) -> None:
    connection.read_request()
    connection.half_close()
    connection.hold()


def half_closes_after_the_answer(connection: Connection) -> None:
    connection.read_request()
    connection.send(OK)
    connection.half_close()
    connection.hold()


def answers_before_reading(connection: Connection) -> None:
    """Answer when only the head has come, and take the body afterwards."""
    connection.read_head()
    connection.send(OK)
    connection.read_request()
    connection.hold()


def answers_but_never_reads(connection: Connection) -> None:
    """Answer when only the head has come, and leave the body in the sockets' buffers."""
    connection.read_head()
    connection.send(OK)
    connection.hold()


def answers_one_request_a_connection(connection: Connection) -> None:
    """Answer as if the connection were kept, and close it: the sender's next finds it stale."""
    connection.read_request()
    connection.send(OK)


def takes_the_second_request_and(end: Behaviour) -> Behaviour:
    """Return the behaviour of answering on each connection once, and ending the next request so.

    That next request has been read whole: its receiver may well have stored the message.
    """

    def take(connection: Connection) -> None:
        connection.read_request()
        connection.send(OK)
        end(connection)

    return take
