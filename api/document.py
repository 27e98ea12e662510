"""The OpenAPI document: what each door may answer, by status, media type and shape.

The law: what a door answers, the document knows (tests/api/test_document.py asks it two thousand
things). Every refusal is a Problem, whatever FastAPI would write of its own validation.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import FastAPI, Path, Response
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from api.problems import MEDIA_TYPE
from tiles.webmercator import MAX_ZOOM

__all__ = [
    "CACHED",
    "NOTHING",
    "CellText",
    "Described",
    "GeoJson",
    "Jpeg",
    "Png",
    "Problem",
    "Responses",
    "Schema",
    "Step",
    "VectorTile",
    "Zoom",
    "json_body",
]

Responses = dict[int | str, dict[str, Any]]

# What a well-made request has in its path. The doors look themselves, and say better what is wrong.
CellText = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{15}$"})]
Zoom = Annotated[int, Path(json_schema_extra={"minimum": 0, "maximum": MAX_ZOOM})]
Step = Annotated[int, Path(json_schema_extra={"minimum": 0, "maximum": (1 << MAX_ZOOM) - 1})]

CACHED: Responses = {304: {"description": "the client has it already"}}
NOTHING: Responses = {204: {"description": "nothing is there"}}
_BY_CLASS = {
    "4XX": "refused: `type` names the reason, `detail` says what to do",
    "5XX": "the node cannot do it now: `detail` says why",
}
_OWN_WORDS = ("HTTPValidationError", "ValidationError")
"""FastAPI's, which nobody is answered."""


class Problem(BaseModel):
    """A refusal (RFC 9457); some have members of their own beside these."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None


class VectorTile(Response):
    """A Mapbox Vector Tile."""

    media_type = "application/vnd.mapbox-vector-tile"


class Jpeg(Response):
    """A picture."""

    media_type = "image/jpeg"


class Png(Response):
    """A drawn picture."""

    media_type = "image/png"


class GeoJson(JSONResponse):
    """Features on the map."""

    media_type = "application/geo+json"


class Schema(JSONResponse):
    """A JSON Schema."""

    media_type = "application/schema+json"


class Described(FastAPI):
    """An app whose document is finished: refusals are told at every door."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is None:
            _finish(super().openapi())
        return super().openapi()


def json_body(what: str) -> dict[str, Any]:
    """`openapi_extra` of a door that reads its JSON by itself."""
    content = {"application/json": {"schema": {"type": "object"}}}
    return {"requestBody": {"required": True, "description": what, "content": content}}


def _finish(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OWN_WORDS:
        schemas.pop(name, None)
    schemas[Problem.__name__] = Problem.model_json_schema()
    for operation in _operations(document):
        answers = operation["responses"]
        if _is_own(answers.get("422", {})):
            del answers["422"]
        for status, answer in answers.items():
            if status[0] in "45" and "content" not in answer:
                answer["content"] = _problem()
        for status, words in _BY_CLASS.items():
            answers[status] = {"description": words, "content": _problem()}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _is_own(answer: dict[str, Any]) -> bool:
    return any(
        media["schema"].get("$ref", "").endswith(_OWN_WORDS)
        for media in answer.get("content", {}).values()
    )


def _problem() -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
