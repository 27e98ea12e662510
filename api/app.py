"""The HTTP app: all routes, one way to refuse, the viewer at `/`."""

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import problems, state
from api.document import Described
from api.guard import Guard
from api.heads import Heads
from api.logs import access
from api.origins import Origins
from api.routes import (
    albums,
    appeals,
    books,
    coverage,
    demand,
    devices,
    drives,
    fleets,
    health,
    keys,
    log,
    panoramax,
    playing,
    reports,
    rights,
    signin,
    stakes,
)
from api.routes import map as maps
from api.routes import metrics as figures
from api.routes import stac as stac_routes
from api.routes import tiles as tile_routes
from ingest.devicetrust import DeviceSettings
from ingest.limits import IntakeSettings
from roadcomb import __version__
from roadcomb.node import Node
from tiles.live import LiveMap

__all__ = ["VIEWER", "create_app"]

VIEWER = Path(__file__).parent / "viewer"
SMALL_BODY = 65_536
"""Bytes; enough for everything that is neither a manifest nor a batch of frames."""


def create_app(
    node: Node,
    live: LiveMap | None = None,
    limits: IntakeSettings | None = None,
    trust: DeviceSettings | None = None,
) -> FastAPI:
    """The app of one node. Without a live map it makes one, which nobody refreshes."""
    app = Described(
        title="Roadcomb",
        summary="Street imagery anyone can run: uploads, coverage, tiles and checkable rewards",
        version=__version__,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
    )
    limits = limits or IntakeSettings()
    state.bind(app, node, live or LiveMap(node), limits, trust)
    problems.install(app)
    rooms = (
        health,
        drives,
        appeals,
        maps,
        playing,
        coverage,
        books,
        albums,
        stakes,
        demand,
        fleets,
        devices,
        keys,
        log,
        rights,
        reports,
        signin,
    )
    app.include_router(tile_routes.router)  # asked most, so looked for first
    for routes in rooms:
        app.include_router(routes.router)
    app.include_router(figures.router)
    app.include_router(stac_routes.router)
    app.include_router(panoramax.router)
    app.router.default = _Viewer(directory=VIEWER, html=True)
    app.add_middleware(Heads)
    app.add_middleware(Origins, origins=node.settings.cors_origins.split())
    app.add_middleware(
        Guard,
        body_limit=lambda path: _body_limit(path, limits),
        held_limit=limits.held_bytes,
        observers=(app.state.metrics.observe, access),
    )
    return app


class _Viewer(StaticFiles):
    """A browser asks each time whether its copy still holds: no page mixes modules of two
    versions of a node."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _body_limit(path: str, limits: IntakeSettings) -> int:
    if path == "/v1/drives":
        return limits.manifest_bytes
    if path.startswith("/v1/drives/") and path.endswith(("/frames", "/evidence")):
        return limits.batch_bytes
    return SMALL_BODY
