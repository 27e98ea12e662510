"""The registry of devices: challenges, registrations, revocations, and evidence for drives."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.document import json_body
from api.routes.caching import PRIVATE
from api.routes.drives import drive_id_of
from api.state import devices_of, limits_of, node_of
from ingest import devices as registry
from ingest.applications import parse_application
from ingest.evidence import add_evidence
from ingest.signers import authorized
from roadcomb.canonical import parse_json

__all__ = ["router"]

router = APIRouter(tags=["devices"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Challenge(BaseModel):
    """Hand `nonce` back; `challenge` is what the device attests or signs (hex)."""

    nonce: str
    challenge: str
    valid_until_ms: int


class Device(BaseModel):
    """A registered device; `level` is what a drive that it signs would have now."""

    device: str
    kind: str
    model: str
    level: str
    public_key: str
    evidence: str
    verified_ms: int
    revoked_ms: int | None


class Devices(BaseModel):
    """A contributor's devices, in the order of their registration."""

    devices: list[Device]


class Revoked(BaseModel):
    """Since when the device vouches for nothing."""

    device: str
    revoked_ms: int


class Agreed(BaseModel):
    """How many of the drive's frames the signed positions cover, and the farthest of them."""

    frames: int
    covered: int
    apart_m: float


DeviceId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get("/v1/devices/challenge", summary="What a device has to answer")
def challenge(request: Request, response: Response) -> Challenge:
    """A challenge for the contributor who asks (signed request), for an hour and one use."""
    made = registry.new_challenge(node_of(request), _contributor(request, "GET"))
    response.headers["Cache-Control"] = PRIVATE
    return Challenge(
        nonce=made.nonce.hex(),
        challenge=made.challenge.hex(),
        valid_until_ms=made.valid_until_ms,
    )


@router.post(
    "/v1/devices",
    status_code=201,
    summary="Register a device",
    openapi_extra=json_body("the signed application"),
)
async def register(request: Request) -> Device:
    """Take a signed application (ingest/applications.py) whose evidence answers its challenge."""
    body = await request.body()
    return await run_in_threadpool(_register, request, body)


@router.get("/v1/devices", summary="A contributor's devices")
def listed(request: Request, response: Response) -> Devices:
    """For the contributor alone (signed request)."""
    contributor = _contributor(request, "GET")
    response.headers["Cache-Control"] = PRIVATE
    found = registry.devices_of(node_of(request), contributor, devices_of(request))
    return Devices(devices=[_view(device) for device in found])


@router.delete("/v1/devices/{device}", summary="Revoke a lost device")
def revoke(request: Request, device: DeviceId) -> Revoked:
    """From now on the device vouches for no drive (signed request); there is no way back."""
    contributor = _contributor(request, "DELETE")
    since_ms = registry.revoke(node_of(request), contributor, device)
    return Revoked(device=device, revoked_ms=since_ms)


@router.post("/v1/drives/{drive_id}/evidence", openapi_extra=_BODY)
async def evidence(request: Request, drive_id: Annotated[str, Depends(drive_id_of)]) -> Agreed:
    """Show a receiver's signed positions for an open drive: whole blocks of UBX messages."""
    body = await request.body()
    node, limits = node_of(request), limits_of(request)
    found = await run_in_threadpool(add_evidence, node, drive_id, body, limits)
    return Agreed(frames=found.frames, covered=found.covered, apart_m=round(found.apart_m, 1))


def _register(request: Request, body: bytes) -> Device:
    application = parse_application(parse_json(body))
    return _view(registry.register(node_of(request), application, devices_of(request)))


def _contributor(request: Request, method: str) -> str:
    header = request.headers.get("authorization")
    return authorized(node_of(request), header, method, request.url.path)


def _view(device: registry.Device) -> Device:
    return Device(
        device=device.device,
        kind=device.kind,
        model=device.model,
        level=device.level,
        public_key=device.public_key,
        evidence=device.evidence,
        verified_ms=device.verified_ms,
        revoked_ms=device.revoked_ms,
    )
