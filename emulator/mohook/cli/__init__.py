"""The `mohook` command. Commands import what they need when they run, never before."""


def main() -> None:
    """Run the command line."""
