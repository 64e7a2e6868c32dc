"""A group that knows its commands by name and one line, and imports one only to run it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple, cast

import click

__all__ = ["PLUGINS", "LazyCommand", "LazyGroup"]

PLUGINS = "mohook.commands"
"""The entry points by which another distribution adds commands: `check = "pkg.mod:command"`."""


class LazyCommand(NamedTuple):
    """Where a command is (`module:attribute`), and what `--help` says of it."""

    target: str
    help: str


@cache
def _points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=PLUGINS))


class LazyGroup(click.Group):
    """Lists commands without importing them: those of a table, then those of plug-ins.

    A plug-in is known by its entry point alone until it runs, so that `--help` names where
    it comes from and no more; of those in `known_plugins`, the house's own, it tells the line that
    stands there. Neither a name of the table nor one of the house's own is taken over by another.
    """

    def __init__(
        self,
        commands_at: Mapping[str, LazyCommand],
        known_plugins: Mapping[str, LazyCommand],
        **attributes: object,
    ) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type] # click's to check
        self._commands_at = commands_at
        self._known_plugins = known_plugins

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the table's names in their order, then the plug-ins' in theirs."""
        del ctx
        own = [name for name in self._known_plugins if name in self._plugins()]
        others = self._plugins().keys() - self._commands_at.keys() - set(own)
        return [*self._commands_at, *own, *sorted(others)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for a name that is none."""
        del ctx
        if cmd_name in self._commands_at:
            module, _, attribute = self._commands_at[cmd_name].target.partition(":")
            return cast("click.Command", getattr(import_module(module), attribute))
        point = self._plugins().get(cmd_name)
        return cast("click.Command", point.load()) if point else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that `args` names. A slip is told with the names that are near."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as problem:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx))
            if near and "No such command" in problem.message:
                msg = f"{problem.message} Did you mean {' or '.join(map(repr, near))}?"
                raise click.UsageError(msg, ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their one lines alone."""
        rows = [(name, self._short_help(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _short_help(self, name: str) -> str:
        if name in self._commands_at:
            return self._commands_at[name].help
        point = self._plugins()[name]
        return (
            self._known_plugins[name].help if self._is_own(point) else f"(plug-in: {point.module})"
        )

    def _plugins(self) -> Mapping[str, EntryPoint]:
        all_of_them = {point.name: point for point in _points()}
        return all_of_them | {point.name: point for point in _points() if self._is_own(point)}

    def _is_own(self, point: EntryPoint) -> bool:
        known = self._known_plugins.get(point.name)
        return known is not None and known.target == point.value
