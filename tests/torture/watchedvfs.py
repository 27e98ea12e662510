"""A VFS that tells of the catalog's syncs, on top of the one that the catalog is used to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from roadcomb.catalog.pages import VFS

__all__ = ["WatchedVfs"]


class WatchedVfs(apsw.VFS):
    """The catalog's VFS; tells which file was synced, after it was."""

    def __init__(self, name: str, synced: Callable[[Path], None]) -> None:
        self.told = synced
        super().__init__(name, VFS)

    def xOpen(self, name: Any, flags: Any) -> "_WatchedFile":  # noqa: N802
        return _WatchedFile(name, flags, self.told)


class _WatchedFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: Any, synced: Callable[[Path], None]) -> None:
        self._path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._told = synced
        super().__init__(VFS, name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._told(self._path)
