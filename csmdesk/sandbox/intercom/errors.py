"""Intercom's error bodies."""

from __future__ import annotations

from csmdesk.sandbox.wire import RefusedError, Response

_REQUEST_ID = "b69b4cb6-cf1c-4b3e-9b2c-2c5f6c0f4a11"


def answer(status: int, code: str, message: str) -> Response:
    return Response(
        status,
        {
            "type": "error.list",
            "request_id": _REQUEST_ID,
            "errors": [{"code": code, "message": message}],
        },
    )


def refuse(status: int, code: str, message: str) -> RefusedError:
    return RefusedError(answer(status, code, message))


def trouble(kind: str) -> Response:
    """The answers a fault or a wrong key asks for; see `Vendor.trouble`."""
    code, message = {
        "401": ("unauthorized", "Access Token Invalid"),
        "403": ("api_plan_restricted", "Active subscription needed."),
        "404": ("not_found", "Resource Not Found"),
        "429": ("rate_limit_exceeded", "Exceeded rate limit"),
        "500": ("server_error", "Server error"),
    }.get(kind, ("invalid_parameter", "starting_after is invalid or has expired"))
    return answer(int(kind) if kind.isdigit() else 400, code, message)
