"""How a program of its own names what a test gave: imports, where it can be imported."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

__all__ = ["Names"]


@dataclass(slots=True)
class Names:
    """Finds names for objects, and remembers what must be imported or filled in for them.

    `scope` are the globals of the module where the objects were given.
    """

    scope: Mapping[str, Any]
    taken: dict[str, str] = field(default_factory=dict)
    """Which module each name is imported from."""
    missing: list[str] = field(default_factory=list)

    def name(self, given: object, otherwise: str) -> str:
        """Return an expression for `given`; where there is none, `otherwise`, to be filled in."""
        found = self._importable(given) or self._in_scope(given)
        if found and self.taken.setdefault(found[1].partition(".")[0], found[0]) == found[0]:
            return found[1]
        if inspect.isroutine(given) and (owner := getattr(given, "__self__", None)) is not None:
            return f"{self.name(owner, otherwise)}.{given.__name__}"
        self.missing.append(f"{otherwise} = ...  # fill in: {_described(given)}")
        return otherwise

    def lines(self) -> list[str]:
        """Return the imports, and what is to be filled in."""
        modules = sorted(set(self.taken.values()))
        imports = [f"from {module} import {', '.join(self._from(module))}" for module in modules]
        return imports + self.missing

    def _from(self, module: str) -> list[str]:
        return sorted(name for name, home in self.taken.items() if home == module)

    def _importable(self, given: Any) -> tuple[str, str] | None:
        module, path = getattr(given, "__module__", None), getattr(given, "__qualname__", None)
        if not isinstance(module, str) or not isinstance(path, str) or module == "__main__":
            return None
        found: Any = sys.modules.get(module)
        for part in path.split("."):
            found = getattr(found, part, None)
        return (module, path) if found is given else None

    def _in_scope(self, given: object) -> tuple[str, str] | None:
        """Find a global of the scope, of a module that it has imported, or of its class's own."""
        home = sys.modules.get(type(given).__module__)
        modules = [*filter(inspect.ismodule, self.scope.values()), *([home] if home else [])]
        for space in (self.scope, *map(vars, modules)):
            module = space.get("__name__", "__main__")
            for name, value in space.items() if module != "__main__" else ():
                if value is given and name.isidentifier():
                    return module, name
        return None


def _described(given: object) -> str:
    if not inspect.isfunction(given):
        return f"an object of {type(given).__name__}"
    code = given.__code__
    return f"{given.__name__} of {PurePath(code.co_filename).name}, line {code.co_firstlineno}"
