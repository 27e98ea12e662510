"""Routes of the books."""

from fastapi import APIRouter

__all__ = ["router"]

router = APIRouter()
