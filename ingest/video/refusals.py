"""Why a video gives no pictures: a stable reason code and a sentence for people."""

__all__ = ["REASONS", "Refused"]

REASONS = {
    "video-gps-hidden": "the camera hides its GPS positions: put a GPX or NMEA beside the video",
    "video-no-gps": "no GPS in the video and no track beside it",
    "video-no-time": "nothing says when the video was taken",
    "video-too-much": "the video needs more time or memory than is allowed",
    "video-unreadable": "the video cannot be read: copy it from the camera again",
}


class Refused(Exception):
    """A video that gives no pictures; `reason` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or REASONS[reason])
        self.reason = reason
