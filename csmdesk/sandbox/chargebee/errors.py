"""Chargebee's error bodies."""

from __future__ import annotations

from csmdesk.sandbox.wire import RefusedError, Response


def answer(status: int, code: str, message: str, param: str | None = None) -> Response:
    kind = {401: None, 403: None, 404: "invalid_request", 429: "operation_failed"}.get(status)
    body: dict[str, object] = {
        "message": message,
        "type": kind or ("invalid_request" if status < 500 else "operation_failed"),
        "api_error_code": code,
        "error_code": code,
        "error_msg": message,
        "http_status_code": status,
    }
    if param is not None:
        body |= {"param": param, "error_param": param}
    return Response(status, body)


def refuse(message: str, param: str) -> RefusedError:
    return RefusedError(answer(400, "param_wrong_value", message, param))


def missing(kind: str, object_id: str) -> RefusedError:
    return RefusedError(answer(404, "resource_not_found", f"{kind} {object_id} not found"))


def trouble(kind: str, retry_after: float | None) -> Response:
    """The answers a fault or a wrong key asks for; see `Vendor.trouble`."""
    if kind == "401":
        return answer(401, "api_authentication_failed", "Sorry, authentication failed.")
    if kind == "403":
        return answer(403, "api_authorization_failed", "The key has no permission for this.")
    if kind == "404":
        return answer(404, "site_not_found", "Sorry, we couldn't find your site.")
    if kind == "429":
        message = "Sorry, too many API requests. Try again in a minute."
        limited = answer(429, "api_request_limit_exceeded", message)
        if retry_after is not None:
            limited.headers["Retry-After"] = f"{retry_after:g}"
        return limited
    if kind == "expired_cursor":
        return answer(400, "param_wrong_value", "offset : the value is invalid", "offset")
    return answer(500, "internal_error", "Sorry, something went wrong.")
