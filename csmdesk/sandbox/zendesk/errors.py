"""Zendesk's error bodies, in the three shapes that it has."""

from __future__ import annotations

from csmdesk.sandbox.wire import RefusedError, Response


def refuse(status: int, error: str, description: str) -> RefusedError:
    return RefusedError(Response(status, {"error": error, "description": description}))


def invalid(detail: str) -> RefusedError:
    """A parameter that cannot be used."""
    error = {"code": "InvalidParameter", "title": "Invalid parameter", "detail": detail}
    return RefusedError(Response(400, {"errors": [error]}))


def trouble(kind: str) -> Response:
    """The answers a fault or a wrong token asks for; see `Vendor.trouble`."""
    if kind == "401":
        words = "The access token provided is expired, revoked, malformed or invalid."
        return Response(401, {"error": "invalid_token", "error_description": words})
    if kind == "403":
        message = "You do not have access to this page. Please contact the account owner."
        return Response(403, {"error": {"title": "Forbidden", "message": message}})
    error, description = {
        "404": ("RecordNotFound", "Not found"),
        "429": ("APIRateLimitExceeded", "Number of allowed API requests per minute exceeded"),
        "500": ("InternalError", "Something went wrong"),
    }.get(kind, ("InvalidCursor", "The cursor is invalid or has expired"))
    status = int(kind) if kind.isdigit() else 400
    return Response(status, {"error": error, "description": description})
