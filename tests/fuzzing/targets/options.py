"""Settings: the file, the variables, the flags, and what the portal writes down of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import strategies as st

from mohook.errors import InputError, SettingsError
from mohook.options.in_force import in_force
from mohook.options.keys import KEYS
from mohook.options.layers import FLAGS, VARIABLES, read_environment, read_flags
from mohook.options.load import load_settings
from mohook.options.toml_file import parsed, read_document
from mohook.options.written import written
from mohook.settings import Settings
from tests.fuzzing.drawn import json_values, near, near_text, spoilt, texts
from tests.fuzzing.target import plain

__all__ = ["TARGETS"]

_EXAMPLE = Path(__file__).parents[3] / "fixtures" / "mohook.example.toml"
_WRITTEN = _EXAMPLE.read_bytes()
_TOLD = tomllib.loads(_WRITTEN.decode())


class _File:
    """Stands for a path: what is read of it is what was drawn."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_bytes(self) -> bytes:
        return self._content

    def __str__(self) -> str:
        return "mohook.toml"


def _file(content: bytes) -> None:
    try:
        document = parsed(_File(content))  # type: ignore[arg-type] # as much of one as is read
    except SettingsError as problem:
        assert str(problem).startswith("mohook.toml")
        return
    _document(document)


def _document(document: object) -> None:
    assert isinstance(document, dict)
    layer = read_document(document, "mohook.toml")
    assert all(problem.startswith("mohook.toml: ") for problem in layer.problems)


def _variables(environ: dict[str, str]) -> None:
    layer = read_environment(environ)
    assert all(problem.startswith(tuple(environ)) for problem in layer.problems)
    try:
        settings = load_settings(None, environ=environ, flags={})
    except SettingsError:
        return
    in_force(settings)


def _flags(given: dict[str, object]) -> None:
    read_flags(given)
    try:
        assert isinstance(load_settings(None, environ={}, flags=given), Settings)
    except SettingsError as problem:
        assert str(problem)


def _written(given: tuple[str, str]) -> None:
    name, text = given
    try:
        made = written(name, text)
    except InputError as problem:
        assert str(problem).startswith(name)
        return
    layer = read_document(tomllib.loads(made.toml), "it")
    assert layer.problems == []


_spelled = st.sampled_from(
    ["1", "0", "none", "true", "10m", "x60", "http://127.0.0.1/", "a,b", "3,8", "X-A: b"]
)
_values = st.one_of(texts, _spelled, _spelled.flatmap(near_text))

TARGETS = [
    plain(
        "mohook.toml",
        st.one_of(
            spoilt(_WRITTEN),
            st.binary(max_size=80),
            texts.map(lambda t: t.encode("utf-8", "replace")),
        ),
        _file,
    ),
    plain("mohook.toml, parsed", near(_TOLD).filter(lambda it: isinstance(it, dict)), _document),
    plain(
        "MOHOOK_ variables",
        st.dictionaries(
            st.one_of(
                st.sampled_from(sorted(VARIABLES)),
                texts.map(lambda text: f"MOHOOK_{text}"),
            ).filter(lambda name: name != "MOHOOK_CONFIG"),
            _values,
            max_size=4,
        ),
        _variables,
    ),
    plain(
        "flags",
        st.dictionaries(
            st.one_of(st.sampled_from(sorted(FLAGS)), texts),
            st.one_of(_values, st.lists(_values, max_size=3).map(tuple), json_values),
            max_size=4,
        ),
        _flags,
    ),
    plain(
        "settings as the portal writes them",
        st.tuples(
            st.sampled_from(
                sorted(name for name, key in KEYS.items() if name in VARIABLES.values())
            ),
            _values,
        ),
        _written,
        found=(("serve.keep", "0\x1f"), ("check.readback_command", "\x7f")),
    ),
]
