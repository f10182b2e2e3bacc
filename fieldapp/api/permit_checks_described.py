"""The addresses of the licensing system, described: the room's part of the API's document."""

from __future__ import annotations

from typing import Any, Final

from fieldapp.api.openapi import Part
from fieldapp.domain.permits import Outcome, PermitType, Reason

_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(said: str, schema: str, kind: str = "application/json") -> dict[str, Any]:
    return {"description": said, "content": {kind: {"schema": _ref(schema)}}}


def _problem(said: str) -> dict[str, Any]:
    return _answer(said, "Problem", "application/problem+json")


_REFUSALS: Final = {
    "401": _problem("token_missing, token_unknown, token_expired, token_revoked"),
    "403": _problem("scope_missing, forbidden"),
    "404": _problem("out_of_reach: there is none, or it is not yours to see"),
    "429": _problem("too_many_requests: see Retry-After"),
    "500": _problem("server_error"),
}

_BY_TOKEN: Final[list[dict[str, list[str]]]] = [{"token": []}]

PART: Final = Part(
    paths={
        "/permit-checks": {
            "get": {
                "operationId": "companyStatus",
                "security": _BY_TOKEN,
                "summary": "How a company stands now (scope company.status)",
                "parameters": [
                    {
                        "name": name,
                        "in": "query",
                        "required": False,
                        "description": said,
                        "schema": _TEXT,
                    }
                    for name, said in (
                        ("nib", "13 digits; this or npp"),
                        ("npp", "6 to 12 letters and digits, with or without its division"),
                    )
                ],
                "responses": {
                    "200": _answer("What is known, and what the rules say", "CompanyStatus"),
                    "422": _problem("permit_request: neither nib nor npp, or both"),
                    **_REFUSALS,
                },
            },
            "post": {
                "operationId": "checkCompany",
                "security": _BY_TOKEN,
                "summary": "Make and record a check (scope permit.check)",
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": True,
                        "description": "The same key gets the same answer, for ever",
                        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,80}$"},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": _ref("PermitRequest")}},
                },
                "responses": {
                    "201": _answer("The check was made", "PermitCheck"),
                    "200": _answer("The key was used before: the same answer again", "PermitCheck"),
                    "400": _problem("idempotency_key_missing"),
                    "409": _problem("idempotency_key_reused: the key came with another request"),
                    "422": _problem("permit_request: `facts` name the member"),
                    **_REFUSALS,
                },
            },
        },
        "/permit-checks/{number}": {
            "get": {
                "operationId": "showCheck",
                "security": _BY_TOKEN,
                "summary": "A recorded check (scope permit.check)",
                "parameters": [
                    {
                        "name": "number",
                        "in": "path",
                        "required": True,
                        "description": "For example IZ-2026-000123",
                        "schema": _TEXT,
                    }
                ],
                "responses": {"200": _answer("The check", "PermitCheck"), **_REFUSALS},
            }
        },
    },
    security={"token": {"type": "http", "scheme": "bearer"}},
    schemas={
        "PermitRequest": {
            "type": "object",
            "additionalProperties": False,
            "required": ["permit_type", "application"],
            "properties": {
                "nib": _TEXT,
                "npp": _TEXT,
                "permit_type": {"type": "string", "enum": list(PermitType)},
                "application": {"type": "string", "minLength": 1, "maxLength": 60},
            },
            "oneOf": [{"required": ["nib"]}, {"required": ["npp"]}],
        },
        "PermitReason": {
            "type": "object",
            "required": ["code", "facts", "text"],
            "properties": {
                "code": {"type": "string", "enum": list(Reason)},
                "facts": {"type": "object"},
                "text": {"type": "string", "description": "In Indonesian"},
            },
        },
        "CompanyStatus": {
            "type": "object",
            "required": ["company", "outcome", "reasons", "facts", "rule_version"],
            "properties": {
                "company": {
                    "type": "object",
                    "properties": {
                        "nib": _MAYBE,
                        "npp": _MAYBE,
                        "division": _TEXT,
                        "name": _TEXT,
                    },
                },
                "outcome": {"type": "string", "enum": list(Outcome)},
                "reasons": {"type": "array", "items": _ref("PermitReason")},
                "facts": {"type": "object"},
                "rule_version": _TEXT,
            },
        },
        "PermitCheck": {
            "type": "object",
            "required": [
                "number",
                "company",
                "permit_type",
                "application",
                "outcome",
                "reasons",
                "facts",
                "rule_version",
                "checked_at",
                "valid_until",
                "verify_at",
                "override",
            ],
            "properties": {
                "number": _TEXT,
                "company": {
                    "type": "object",
                    "properties": {"nib": _MAYBE, "name": _TEXT},
                },
                "permit_type": {"type": "string", "enum": list(PermitType)},
                "application": _TEXT,
                "outcome": {"type": "string", "enum": list(Outcome)},
                "reasons": {"type": "array", "items": _ref("PermitReason")},
                "facts": {"type": "object"},
                "rule_version": _TEXT,
                "checked_at": {"type": "string", "format": "date-time"},
                "valid_until": {"type": "string", "format": "date"},
                "verify_at": {"type": "string", "format": "uri"},
                "override": {
                    "type": ["object", "null"],
                    "properties": {
                        "reason": _TEXT,
                        "at": {"type": "string", "format": "date-time"},
                    },
                },
            },
        },
    },
)
