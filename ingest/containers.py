"""Files that hold many pictures each: videos and FrameKMs of a folder, as recordings.

Law: each such file is stills or rejected with a reason; one that is broken never stops the others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.allowance import allowance
from ingest.folder import Recording, recording_order
from ingest.framekm import is_framekm, read_framekm
from ingest.screening import Rejected
from ingest.settings import ReadSettings, ScreenSettings
from ingest.stills import Beside, Still
from ingest.video.reading import VideoReader
from ingest.video.settings import VideoSettings
from roadcomb.errors import InvalidInput

__all__ = ["ContainerReader", "container_reader"]


@dataclass(frozen=True, slots=True)
class ContainerReader:
    """Recordings of the containers in a folder; see ingest.folder.read_recordings."""

    videos: VideoReader
    reading: ReadSettings

    def __call__(
        self, folder: Path, files: Sequence[Path], beside: Callable[[], Beside]
    ) -> Iterator[Recording]:
        """FrameKMs of one folder are one recording, videos one for each camera."""
        bundles = sorted(path for path in files if is_framekm(path))
        if bundles:
            yield self._framekms(folder, bundles)
        yield from self.videos(folder, files, beside)

    def _framekms(self, folder: Path, bundles: Sequence[Path]) -> Recording:
        stills: list[Still] = []
        rejected: list[Rejected[Path]] = []
        troubles: list[str] = []
        allowed = allowance(self.reading)
        for path in bundles:
            try:
                with allowed.spent_on(path.stat().st_size):
                    read = list(read_framekm(path))
            except InvalidInput as error:
                read = [Rejected(path, "too-much"), f"{path} is not used: {error}"]
            except OSError:
                read = [Rejected(path, "unreadable")]
            stills += [part for part in read if isinstance(part, Still)]
            rejected += [part for part in read if isinstance(part, Rejected)]
            troubles += [part for part in read if isinstance(part, str)]
        ordered = recording_order(stills, self.reading)
        return Recording(folder, tuple(ordered), tuple(rejected), tuple(troubles), by_distance=True)


def container_reader(
    state: Path, screening: ScreenSettings, reading: ReadSettings
) -> ContainerReader:
    """The reader of a contributor's machine; pictures of videos are made in the state folder."""
    videos = VideoReader(state / "cache", VideoSettings(), screening, reading)
    return ContainerReader(videos, reading)
