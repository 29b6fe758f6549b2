"""Holds requests and answers against the vendors' contracts, with jsonschema alone.

`Contract.load("hubspot")` reads `../shared/contracts/hubspot.json` (skips the test without it).
`check_request` also refuses query parameters the contract does not name, which OpenAPI
validators let pass; `check_response` judges the body by the schema of its status.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator

from tests.contract.amendments import amended
from tests.shared import shared_path

Json = dict[str, Any]
_DEEP = re.compile(r"(.+?)\[(\w+)\]")
_SCHEMAS = "#/components/schemas/"


class ContractError(AssertionError):
    """A request or an answer that its vendor's contract does not allow."""


class Contract:
    """One vendor's OpenAPI file."""

    def __init__(self, name: str, document: Json) -> None:
        self.name = name
        self._document = document
        self._nullable = document["openapi"].startswith("3.0")
        self._schemas = {
            key: self._plain(schema)
            for key, schema in document["components"].get("schemas", {}).items()
        }
        servers = document.get("servers", [{"url": ""}])
        self._prefix = urlsplit(servers[0]["url"]).path.rstrip("/")
        self._paths = [(_pattern(path), path) for path in document["paths"]]
        self._validators: dict[str, Validator] = {}

    @staticmethod
    def of(system: str, path: str) -> Contract:
        """The contract that a request to a system falls under."""
        if system == "mixpanel":
            return Contract.load("mixpanel-export" if "/2.0/" in path else "mixpanel-query")
        return Contract.load(system)

    @staticmethod
    @cache
    def load(name: str) -> Contract:
        """The contract of `../shared/contracts/<name>.json`; skips when it is absent."""
        path = shared_path("contracts", f"{name}.json")
        return Contract(name, amended(name, json.loads(path.read_text("utf-8"))))

    def _plain(self, schema: Any) -> Any:
        """OpenAPI 3.0 writes `nullable`; JSON Schema wants null among the types."""
        if isinstance(schema, list):
            return [self._plain(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        plain = {key: self._plain(value) for key, value in schema.items()}
        if self._nullable and plain.pop("nullable", False) is True:
            return {"anyOf": [plain, {"type": "null"}]}
        return plain

    def operation(self, method: str, path: str) -> tuple[Json, str]:
        """The operation of a request and its templated path; literal paths win."""
        path = path.removeprefix(self._prefix)
        found = [
            template
            for pattern, template in self._paths
            if pattern.fullmatch(path) and method.lower() in self._document["paths"][template]
        ]
        if not found:
            raise ContractError(f"{self.name}: no operation {method} {path}")
        template = min(found, key=lambda text: text.count("{"))
        shared = self._document["paths"][template].get("parameters", [])
        operation = self._document["paths"][template][method.lower()]
        parameters = [*shared, *operation.get("parameters", [])]
        return operation | {"parameters": parameters}, template

    def check_request(self, method: str, url: str, base_url: str, body: bytes | None) -> None:
        """Raise ContractError for an unknown operation or parameter, or a wrong value or body."""
        parts = urlsplit(url)
        path = parts.path.removeprefix(urlsplit(base_url).path)
        operation, template = self.operation(method, path)
        where = f"{method} {template}"
        self._check_query(where, operation, parse_qsl(parts.query, keep_blank_values=True))
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            schema = content["application/json"]["schema"]
            self._check(f"{where} request", schema, json.loads(body or b"null"))
        if "application/x-www-form-urlencoded" in content:
            schema = content["application/x-www-form-urlencoded"]["schema"]
            self._check_form(f"{where} request", schema, dict(parse_qsl((body or b"").decode())))

    def _check_form(self, where: str, schema: Json, form: dict[str, str]) -> None:
        unknown = sorted(form.keys() - schema["properties"].keys())
        if unknown:
            raise ContractError(f"{self.name} {where}: unknown field {unknown[0]}")
        self._check(where, schema, form)

    def _check_query(self, where: str, operation: Json, query: list[tuple[str, str]]) -> None:
        known = {
            item["name"]: item for item in map(self._resolved, operation.get("parameters", []))
        }
        known = {name: item for name, item in known.items() if item["in"] == "query"}
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name, []).append(value)
        for name, values in given.items():
            schema = self._parameter_schema(where, known, name)
            types = schema.get("type")
            if types == "array":
                schema = schema["items"]
                values = [part for value in values for part in value.split(",")]
            for value in values:
                self._check(f"{where} parameter {name}", schema, _typed(value, schema))
        missing = [n for n, item in known.items() if item.get("required") and n not in given]
        if missing:
            raise ContractError(f"{self.name} {where}: parameters missing: {missing}")

    def _parameter_schema(self, where: str, known: dict[str, Json], name: str) -> Json:
        if name in known:
            return self._object_as_value(known[name]["schema"])
        deep = _DEEP.fullmatch(name)
        if deep and deep[1] in known and known[deep[1]].get("style") == "deepObject":
            inner: Json = known[deep[1]]["schema"]["properties"].get(deep[2])
            if inner is not None:
                return inner
        raise ContractError(f"{self.name} {where}: unknown query parameter {name}")

    @staticmethod
    def _object_as_value(schema: Json) -> Json:
        """`created=1` is short for an exact bound, where the contract has an object."""
        return {"type": "integer"} if schema.get("type") == "object" else schema

    def check_response(self, method: str, path: str, status: int, body: object) -> None:
        """Raise ContractError when `body` is no answer of that operation with that status.

        A status the contract does not name is an error answer: it must fit the error schema.
        """
        operation, template = self.operation(method, path)
        answers = operation["responses"]
        answer = answers.get(str(status)) or answers.get("default")
        where = f"{method} {template} {status}"
        if answer is None:
            if status < 400:
                raise ContractError(f"{self.name} {where}: not in the contract")
            schema: Json = {"$ref": f"{_SCHEMAS}{'Error' if 'Error' in self._schemas else 'error'}"}
        else:
            schema = self._resolved(answer)["content"]["application/json"]["schema"]
        self._check(where, schema, body)

    def check(self, response: requests.Response, base_url: str) -> None:
        """Hold an exchange made with requests against the contract: question and answer."""
        asked = response.request
        assert asked.method is not None
        assert asked.url is not None
        body = asked.body.encode() if isinstance(asked.body, str) else asked.body
        assert body is None or isinstance(body, bytes)
        self.check_request(asked.method, asked.url, base_url, body)
        path = urlsplit(asked.url).path.removeprefix(urlsplit(base_url).path)
        self.check_response(asked.method, path, response.status_code, response.json())

    def check_schema(self, name: str, value: object) -> None:
        """Hold a value against a named schema."""
        self._check(name, {"$ref": _SCHEMAS + name}, value)

    def _check(self, where: str, schema: Json, value: object) -> None:
        key = json.dumps(schema, sort_keys=True)
        validator = self._validators.get(key)
        if validator is None:
            whole = self._plain(schema) | {"components": {"schemas": self._schemas}}
            validator = self._validators[key] = Draft202012Validator(whole)
        error = best_match(validator.iter_errors(value))
        if error is not None:
            raise ContractError(f"{self.name} {where}: {error.json_path}: {error.message[:400]}")

    def _resolved(self, node: Json) -> Json:
        """What a `$ref` outside of schemas points to."""
        if "$ref" not in node:
            return node
        found: Any = self._document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))


def _typed(text: str, schema: Json) -> object:
    """A query value as the type its schema wants, the text itself when it cannot be."""
    types = schema.get("type")
    if types == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if types == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text
