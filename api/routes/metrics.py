"""Figures for Prometheus; a reverse proxy keeps them from the world."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.metrics import CONTENT_TYPE
from api.state import metrics_of

__all__ = ["router"]

router = APIRouter(tags=["node"])


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Requests, queue, epochs, disk and backup, in the text format of Prometheus."""
    return Response(metrics_of(request).text(), headers={"Content-Type": CONTENT_TYPE})
