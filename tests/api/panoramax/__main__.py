"""Bring the viewer from npm, as locked."""

from api.vendor import npm_ci, vendor
from tests.api.panoramax import VIEWER

print(f"{VIEWER.package} {'copied to' if vendor(VIEWER, npm_ci) else 'is in'} {VIEWER.folder}")
