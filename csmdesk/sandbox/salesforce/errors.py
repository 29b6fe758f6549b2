"""Salesforce's error bodies: a list, except where tokens are given."""

from __future__ import annotations

from csmdesk.sandbox.wire import RefusedError, Response


def answer(status: int, code: str, message: str) -> Response:
    return Response(status, [{"message": message, "errorCode": code}])


def refuse(status: int, code: str, message: str) -> RefusedError:
    return RefusedError(answer(status, code, message))


def trouble(kind: str) -> Response:
    """The answers a fault or a wrong token asks for; see `Vendor.trouble`. Its quota is a 403."""
    status, code, message = {
        "401": (401, "INVALID_SESSION_ID", "Session expired or invalid"),
        "403": (403, "INSUFFICIENT_ACCESS", "insufficient access rights on entity"),
        "404": (404, "NOT_FOUND", "The requested resource does not exist"),
        "429": (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        "500": (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred"),
    }.get(kind, (400, "INVALID_QUERY_LOCATOR", "invalid query locator"))
    return answer(status, code, message)
