"""Routes of the map."""

from fastapi import APIRouter

__all__ = ["router"]

router = APIRouter()
