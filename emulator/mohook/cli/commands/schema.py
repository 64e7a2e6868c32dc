"""`mohook schema` and `mohook openapi`: what is on the wire, as documents. No emulator needed."""

from __future__ import annotations

import click

from mohook.cli.screen import print_json

__all__ = ["openapi", "schema"]

_one_line = click.option("--json", "one_line", is_flag=True, help="Print it on one line.")

_SCHEMA_EPILOG = """\b
Examples:
  mohook schema ip1
  mohook schema intelepeer > inbound.schema.json
"""


@click.command(epilog=_SCHEMA_EPILOG)
@click.argument("provider", type=click.Choice(["ip1", "intelepeer"]))
@_one_line
def schema(provider: str, one_line: bool) -> None:
    """Print the JSON Schema of what a provider posts to a receiver."""
    from mohook.schemas import payload_schema

    print_json(payload_schema(provider), compact=one_line)


@click.command(epilog="\b\nExample:\n  mohook openapi > openapi.json")
@_one_line
def openapi(one_line: bool) -> None:
    """Print the OpenAPI 3.1 document of the emulator's HTTP API."""
    from mohook.server.openapi import document

    print_json(document(), compact=one_line)
