"""Reading request bodies: strict JSON in UTF-8, and a clear refusal of anything else."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Request, request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from mohook.server.problems import ProblemError, refused_by

__all__ = ["JSON_TYPE", "StrictRequest", "parsed", "read_body"]

JSON_TYPE = "application/json"

Model = TypeVar("Model", bound=BaseModel)


class StrictRequest(Request):
    """A request whose JSON is JSON, or the request is refused.

    flask-openapi reads bodies by `get_json(silent=True)`, which takes malformed JSON for none.
    """

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return the JSON object of the body, an empty one where there is no body.

        Raises ProblemError: 415 for another content type, 400 for what is no JSON, 422 for
        JSON that is no object.
        """
        del force, silent
        data = self.get_data(cache=cache)
        if not data:
            return {}
        if self.mimetype != JSON_TYPE:
            sent = f"is {self.mimetype!r}" if self.mimetype else "is missing"
            raise ProblemError(415, f"the Content-Type {sent}: expected {JSON_TYPE}")
        value = parsed(data)
        if not isinstance(value, dict):
            raise ProblemError(422, "the body is no JSON object: expected one", kind="input")
        return value


def parsed(data: bytes) -> Any:
    """Return the value of JSON text. Raises ProblemError for malformed and for deep JSON."""
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as problem:
        msg = f"the body is not valid JSON: {problem}"
        raise ProblemError(400, msg, kind="malformed-json", title="Malformed JSON") from problem


def read_body(model: type[Model]) -> Model:
    """Return the request's JSON body as a model. Raises ProblemError."""
    try:
        return model.model_validate(request.get_json())
    except ValidationError as misfit:
        raise refused_by(misfit) from misfit
