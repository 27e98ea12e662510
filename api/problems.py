"""From an error to HTTP: every refusal is application/problem+json (RFC 9457), never a traceback.

`type` is a stable identifier that nobody needs to fetch, `detail` says what is wrong and what to
do, `request_id` finds the request in the node's log.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from roadcomb import errors

__all__ = ["MEDIA_TYPE", "STATUS", "install", "problem", "problem_of"]

MEDIA_TYPE = "application/problem+json"
BASE = "https://roadcomb.org/problems/"
STATUS: Mapping[type[errors.RoadcombError], int] = {
    errors.UsageError: 400,
    errors.Unauthorised: 401,
    errors.PaymentRequired: 402,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.NotAJpeg: 415,
    errors.InvalidInput: 422,
    errors.QuotaExceeded: 429,
    errors.Busy: 503,
    errors.Unreachable: 502,
    errors.StorageFull: 507,
    errors.RoadcombError: 500,
}
_RETRY_S = {503: 5, 507: 60}
_SHOWN = 200
"""Characters of a path that are repeated to whoever sent it."""
_log = logging.getLogger("roadcomb.api")


def problem(
    request: Request,
    status: int,
    type_: str,
    detail: str,
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer to a request that is refused; `members` stand beside the standard ones."""
    content = {
        "type": BASE + type_,
        "title": type_.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "request_id": getattr(request.state, "request_id", None),
        **(members or {}),
    }
    return JSONResponse(content, status, headers, MEDIA_TYPE)


def problem_of(request: Request, error: errors.RoadcombError) -> JSONResponse:
    """The answer to one of our own errors; its class decides the status."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status == 500:
        _log.error("%s: %s", type(error).__name__, error)
    retry_s = error.details.get("retry_after_s", _RETRY_S.get(status))
    headers = {} if retry_s is None else {"Retry-After": str(retry_s)}
    if status == 401:
        headers["WWW-Authenticate"] = "Roadcomb"
    return problem(request, status, error.type, str(error), error.details, headers)


def install(app: FastAPI) -> None:
    """Answer every error of the app's routes so; the guard answers what nobody foresaw."""
    app.exception_handler(errors.RoadcombError)(_ours)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(OperationalError)(_unavailable)
    app.exception_handler(NoConnection)(_unavailable)  # all of them are waiting for the writer


def _ours(request: Request, error: errors.RoadcombError) -> JSONResponse:
    return problem_of(request, error)


def _http(request: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    type_ = phrase.lower().replace(" ", "-").replace("'", "")
    detail = f"{request.method} {request.url.path[:_SHOWN]}: {error.detail}"
    return problem(request, error.status_code, type_, detail, headers=error.headers)


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    wrong = [
        {"where": ".".join(str(part) for part in item["loc"]), "what": item["msg"]}
        for item in error.errors()
    ]
    detail = "; ".join(f"{item['where']}: {item['what']}" for item in wrong)
    return problem(request, 422, "invalid-request", detail, {"errors": wrong})


def _unavailable(request: Request, error: OperationalError | NoConnection) -> JSONResponse:
    _log.error("the catalog does not answer: %s", getattr(error, "orig", error))
    headers = {"Retry-After": str(_RETRY_S[503])}
    detail = "the node's catalog does not answer: try again"
    return problem(request, 503, "unavailable", detail, headers=headers)
