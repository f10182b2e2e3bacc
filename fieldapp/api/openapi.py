"""The API's own description, OpenAPI 3.1, put together from what each room says of itself.

A room is a module with a blueprint `bp` and a `PART`: its paths and schemas. Nothing is described
here that a room does not serve, and a test asks that every route is described.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VERSION: Final = "1"

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """What a room says of itself: paths below `/api/v1`, schemas and ways to sign in by name."""

    paths: Mapping[str, Mapping[str, Any]]
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    security: Mapping[str, Any] = field(default_factory=dict)


def document(parts: Iterable[Part]) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = dict(COMMON)
    security: dict[str, Any] = dict(COOKIE)
    for part in parts:
        paths.update({f"/api/v1{path}": dict(methods) for path, methods in part.paths.items()})
        schemas.update(part.schemas)
        security.update(part.security)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fieldapp", "version": VERSION},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": security},
    }


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """An object with exactly these members, all there but the optional ones."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(properties.keys() - set(optional)),
        "additionalProperties": False,
    }


def some(item: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": item}


def maybe(schema: Schema) -> Schema:
    """This or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def by_name(value: Schema) -> Schema:
    """Any names, one kind of value."""
    return {"type": "object", "additionalProperties": value}


TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
YES: Final[Schema] = {"type": "boolean"}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
HASH: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}

COMMON: Final[Mapping[str, Schema]] = {
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": TEXT,
            "facts": {"type": "object"},
        },
        "required": ["type", "title", "status", "code", "facts"],
    },
    "Finding": thing(
        {
            "code": TEXT,
            "key": TEXT,
            "field": TEXT,
            "weight": {"enum": ["block", "warn", "note"]},
            "text": TEXT,
            "facts": {"type": "object"},
        }
    ),
}
COOKIE: Final = {"session": {"type": "apiKey", "in": "cookie", "name": "fieldapp"}}
WRITES: Final = (
    {"name": "X-CSRFToken", "in": "header", "required": True, "schema": TEXT},
    {"name": "X-Account", "in": "header", "required": True, "schema": ID},
)
"""What every PUT and POST of a phone carries."""
BY_SESSION: Final[list[dict[str, list[str]]]] = [{"session": []}]


def inside(name: str, schema: Schema) -> Mapping[str, Any]:
    """A parameter in the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def asked(name: str, schema: Schema, *, required: bool = False) -> Mapping[str, Any]:
    """A parameter of the question."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def takes(schema: Schema) -> Mapping[str, Any]:
    """A body of JSON."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def gives(
    says: str, schema: Schema, *, etag: bool = False, problems: Iterable[int] = ()
) -> dict[str, Any]:
    """Answers: 200 with this schema; problems by status, besides those that anybody may get."""
    answers: dict[str, Any] = {
        "200": {"description": says, "content": {"application/json": {"schema": schema}}}
    }
    if etag:
        answers["304"] = {"description": "Nothing has changed"}
    return answers | refusals(problems)


def refusals(statuses: Iterable[int]) -> dict[str, Any]:
    """Problems by status."""
    return {
        str(status): {
            "description": "A problem",
            "content": {"application/problem+json": {"schema": ref("Problem")}},
        }
        for status in sorted({401, 403, 429, 500, *statuses})
    }


WRITING: Final = (400, 404, 409, 413, 415, 422, 503, 507)
"""What may come back to whoever writes."""
