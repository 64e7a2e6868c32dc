"""Reading request bodies: strict JSON in UTF-8, and a clear refusal of anything else."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Request, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from mohook.server.problems import ProblemError, refused_by

__all__ = ["JSON_TYPE", "StrictRequest", "read_body", "request_object"]

JSON_TYPE = "application/json"

Model = TypeVar("Model", bound=BaseModel)


class StrictRequest(Request):
    """A request whose JSON is JSON, or the request is refused.

    flask-openapi reads bodies by `get_json(silent=True)`, which takes malformed JSON for none.
    """

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return the JSON object of the body.

        Raises ProblemError as `json_value` does, and 422 for JSON that is no object.
        """
        del force, silent
        value = self.json_value(cache=cache)
        if not isinstance(value, dict):
            raise ProblemError(422, "the body is no JSON object: expected one", kind="input")
        return value

    def json_value(self, *, cache: bool = True) -> Any:
        """Return the JSON value of the body.

        Raises ProblemError: 415 for another content type, 400 for what is no JSON.
        """
        data = self.get_data(cache=cache)
        if not data:
            raise ProblemError(400, f"there is no body: expected JSON as {JSON_TYPE}")
        if self.mimetype != JSON_TYPE:
            sent = f"is {self.mimetype!r}" if self.mimetype else "is missing"
            raise ProblemError(415, f"the Content-Type {sent}: expected {JSON_TYPE}")
        return _parsed(data)


def _parsed(data: bytes) -> Any:
    """Return the value of JSON text. Raises ProblemError for malformed and for deep JSON."""
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as problem:
        msg = f"the body is not valid JSON: {problem}"
        raise ProblemError(400, msg, kind="malformed-json", title="Malformed JSON") from problem


def read_body(model: type[Model], *, required: bool = True) -> Model:
    """Return the request's JSON body as a model. Raises ProblemError."""
    given = request_object() if required or request.get_data() else {}
    try:
        return model.model_validate(given)
    except ValidationError as misfit:
        raise refused_by(misfit) from misfit


def request_object() -> dict[str, Any]:
    """Return the request's JSON object as it came. Raises ProblemError."""
    value: dict[str, Any] = request.get_json()
    return value
