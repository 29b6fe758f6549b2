"""Stripe's error bodies."""

from __future__ import annotations

from csmdesk.sandbox.wire import RefusedError, Response


def answer(
    status: int, message: str, code: str | None = None, param: str | None = None
) -> Response:
    kind = "api_error" if status >= 500 else "invalid_request_error"
    error = {"type": kind, "message": message}
    if code is not None:
        error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code}"}
    if param is not None:
        error["param"] = param
    return Response(status, {"error": error})


def refuse(message: str, code: str | None = None, param: str | None = None) -> RefusedError:
    return RefusedError(answer(400, message, code, param))


def missing(kind: str, object_id: str, param: str = "id", status: int = 404) -> RefusedError:
    return RefusedError(answer(status, f"No such {kind}: '{object_id}'", "resource_missing", param))


def trouble(kind: str, retry_after: float | None) -> Response:
    """The answers a fault or a wrong key asks for; see `Vendor.trouble`."""
    if kind == "401":
        return answer(401, "Invalid API Key provided: rk_test_********************")
    if kind == "403":
        return answer(
            403,
            "The provided key 'rk_test_********************' does not have the required "
            "permissions for this endpoint.",
            "more_permissions_required",
        )
    if kind == "404":
        return answer(404, "Unrecognized request URL. Please see https://stripe.com/docs")
    if kind == "429":
        limited = answer(429, "Request rate limit exceeded.", "rate_limit")
        if retry_after is not None:
            limited.headers["Retry-After"] = f"{retry_after:g}"
        return limited
    if kind == "expired_cursor":
        return answer(400, "No such object: 'gone'", "resource_missing", "starting_after")
    return answer(500, "An unknown error occurred")
