"""Where a node keeps its things and which implementation stands behind each seam.

Built once at the composition root (flag > environment > default) and passed in; nothing reads it
at import. Thresholds live in the rooms that own them (ingest/settings.py, quality/settings.py ...).
"""

from enum import StrEnum
from pathlib import Path

from platformdirs import user_config_path, user_state_path
from pydantic import Field

from roadcomb.environment import FromEnvironment

__all__ = ["CaptureTime", "ClientSettings", "ImageryAccess", "LogFormat", "NodeSettings"]


class LogFormat(StrEnum):
    """How a node logs: warnings in plain words, or every request as a line of JSON."""

    PLAIN = "plain"
    JSON = "json"


class ImageryAccess(StrEnum):
    """Who may see full pictures: everybody, or who has a key and is counted."""

    OPEN = "open"
    METERED = "metered"


class CaptureTime(StrEnum):
    """What is told of when a public picture was taken: its day, or the instant."""

    DAY = "day"
    EXACT = "exact"


class NodeSettings(FromEnvironment):
    """Settings of a node; environment variables ROADCOMB_<NAME>."""

    PREFIX = "ROADCOMB_"

    data: Path = Field(
        default=Path("roadcomb-data"), description="folder of catalog, blobs and books"
    )
    catalog: str | None = Field(
        default=None, description="SQLAlchemy URL; default: SQLite in `data`"
    )
    blobs: str | None = Field(
        default=None, description="obstore URL (s3://...); default: folder in `data`"
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8300, ge=0, le=65535, description="port to listen on")
    workers: int | None = Field(
        default=None, ge=1, description="judging processes; default: all cores"
    )
    log: LogFormat = Field(
        default=LogFormat.PLAIN, description="'json': one object a line, requests included"
    )
    cors_origins: str = Field(
        default="*", description="web origins that may read the node, by spaces; '*': all"
    )
    attribution: str = Field(
        default="© contributors of this Roadcomb node", description="whom a map names"
    )
    licence: str = Field(
        default="CC-BY-SA-4.0",
        description="SPDX id of what the map is under, and pictures whose manifest names none",
    )
    imagery_access: ImageryAccess = Field(
        default=ImageryAccess.OPEN, description="'metered': full pictures need a key"
    )
    capture_time: CaptureTime = Field(
        default=CaptureTime.DAY, description="'exact': public pictures tell the instant, too"
    )
    clock_file: Path | None = Field(
        default=None, description="injected clock, refused off loopback"
    )
    key_seed: str | None = Field(
        default=None, description="seed of the node key, refused off loopback"
    )

    @property
    def catalog_file(self) -> Path:
        """Where a node keeps the URL of a catalog that is not SQLite in `data`; for its owner only,
        since it may hold a password."""
        return self.data / "catalog.url"

    @property
    def catalog_url(self) -> str:
        """SQLAlchemy URL of the catalog: as set, else as the node was last opened with."""
        kept = _kept(self.catalog_file)
        return self.catalog or kept or f"sqlite:///{self.data / 'catalog.sqlite'}"

    @property
    def blobs_file(self) -> Path:
        """Where a node keeps the URL of a blob store that is not the folder in `data`; for its
        owner only."""
        return self.data / "blobs.url"

    @property
    def blobs_url(self) -> str:
        """obstore URL of the blob store: as set, else as the node was last opened with."""
        kept = _kept(self.blobs_file)
        return self.blobs or kept or (self.data / "blobs").absolute().as_uri()

    @property
    def key_file(self) -> Path:
        """The node's private key."""
        return self.data / "node.pem"

    @property
    def published(self) -> Path:
        """Folder of the published epochs, which anyone may copy and audit."""
        return self.data / "published"


class ClientSettings(FromEnvironment):
    """Settings of a contributor's machine; environment variables ROADCOMB_CLIENT_<NAME>."""

    PREFIX = "ROADCOMB_CLIENT_"

    config: Path = Field(
        default_factory=lambda: user_config_path("roadcomb"), description="folder of the key"
    )
    state: Path = Field(
        default_factory=lambda: user_state_path("roadcomb"), description="folder of upload state"
    )

    @property
    def key_file(self) -> Path:
        """The contributor's private key."""
        return self.config / "contributor.pem"


def _kept(file: Path) -> str | None:
    """What a node was last opened with."""
    return file.read_text() if file.exists() else None
