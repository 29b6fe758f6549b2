"""Intercom's data attributes: a few of its own and what clients create, in memory."""

from __future__ import annotations

from threading import Lock

from csmdesk.sandbox.intercom import errors
from csmdesk.sandbox.wire import Json, Request, Response

_MODELS = frozenset({"contact", "company"})
_TYPES = frozenset({"string", "integer", "float", "boolean", "date"})
_CUSTOM = "custom_attributes."


def _attribute(model: str, name: str, data_type: str, *, custom: bool) -> Json:
    return {
        "type": "data_attribute",
        "model": model,
        "name": name.removeprefix(_CUSTOM),
        "full_name": name,
        "label": name.removeprefix(_CUSTOM),
        "description": "",
        "data_type": data_type,
        "api_writable": custom,
        "messenger_writable": False,
        "ui_writable": custom,
        "custom": custom,
        "archived": False,
    }


class Attributes:
    """The attributes of companies and contacts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows = [
            _attribute("company", "name", "string", custom=False),
            _attribute("company", "company_id", "string", custom=False),
            _attribute("company", "website", "string", custom=False),
            _attribute("company", f"{_CUSTOM}hubspot_id", "string", custom=True) | {"id": 1},
            _attribute("contact", "email", "string", custom=False),
            _attribute("contact", "external_id", "string", custom=False),
            _attribute("contact", "last_seen_at", "date", custom=False),
        ]

    def list_page(self, request: Request, _: dict[str, str]) -> Response:
        model = request.first("model")
        if model is not None and model not in _MODELS:
            raise errors.refuse(422, "parameter_invalid", f"unknown model {model}")
        with self._lock:
            rows = [row for row in self._rows if model in (None, row["model"])]
        return Response(200, {"type": "list", "data": rows})

    def create(self, request: Request, _: dict[str, str]) -> Response:
        """A custom attribute; 400 when the name is taken or the body is none."""
        body = request.json_object() or {}
        name, model, data_type = (body.get(key) for key in ("name", "model", "data_type"))
        if not isinstance(name, str) or model not in _MODELS or data_type not in _TYPES:
            raise errors.refuse(400, "parameter_invalid", "name, model or data_type is missing")
        made = _attribute(str(model), f"{_CUSTOM}{name}", str(data_type), custom=True)
        with self._lock:
            if any((row["model"], row["name"]) == (model, name) for row in self._rows):
                raise errors.refuse(
                    400,
                    "field_already_exists",
                    f"You already have '{name}' in your {model} data.",
                )
            made["id"] = len(self._rows) + 1
            self._rows.append(made)
        return Response(200, made)
