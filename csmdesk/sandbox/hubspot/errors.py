"""HubSpot's error bodies."""

from __future__ import annotations

from csmdesk.sandbox.wire import Json, RefusedError, Response

# A fixed id is as good as a random one: it is only quoted in logs.
CORRELATION_ID = "6b1f6f5e-9d0c-4a38-8f52-3f4f6f2f6a10"


def body(category: str, message: str, **more: object) -> Json:
    return {
        "status": "error",
        "message": message,
        "correlationId": CORRELATION_ID,
        "category": category,
        **more,
    }


def refuse(status: int, category: str, message: str, **more: object) -> RefusedError:
    return RefusedError(Response(status, body(category, message, **more)))


def invalid(message: str, **more: object) -> RefusedError:
    return refuse(400, "VALIDATION_ERROR", message, **more)


def trouble(kind: str, retry_after: float | None) -> Response:
    """The answers a fault or a wrong key asks for; see `Vendor.trouble`."""
    if kind == "401":
        return Response(
            401,
            body(
                "INVALID_AUTHENTICATION",
                "Authentication credentials not found. This API supports OAuth 2.0 "
                "authentication and you can find more details at "
                "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
            ),
        )
    if kind == "403":
        return Response(403, missing_scopes("crm.objects.companies.read"))
    if kind == "404":
        return Response(404, body("OBJECT_NOT_FOUND", "resource not found"))
    if kind == "429":
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        limit = body("RATE_LIMITS", "You have reached your ten_secondly_rolling limit.")
        limit |= {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        return Response(429, limit, headers)
    if kind == "expired_cursor":
        return Response(
            400, body("VALIDATION_ERROR", "The paging cursor is invalid or has expired")
        )
    return Response(500, body("INTERNAL_ERROR", "internal error"))


def missing_scopes(*scopes: str) -> Json:
    return body(
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
    )
