"""The `mohook` command. Commands import what they need when they run, never before.

The outermost room: nothing imports it but the entry point.
"""

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from mohook.cli.root import mohook
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # Ctrl-C while it loads is no reason for a traceback

    mohook(prog_name="mohook")
