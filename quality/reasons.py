"""What the reasons of judging say to the person who drove: one sentence a code."""

__all__ = ["WORDS"]

WORDS = {
    "too-dark": "the picture is too dark: check the exposure, or drive by daylight",
    "over-exposed": "bright parts are burnt out: check the exposure and glare on the windscreen",
    "low-contrast": "the picture is flat: clean the lens and the windscreen",
    "blurred": "the picture is blurred: clean and focus the lens, and fasten the mount",
    "undecodable": "the picture's data is damaged: check the camera's memory card",
    "truncated": "the lower part of the picture is missing: check the camera's memory card",
    "too-large": "the picture has more pixels or scans than the network takes",
    "too-small": "the picture has too few pixels to show a street",
    "already-sent": "you sent this picture before, and it is paid once",
    "duplicate-in-drive": "the picture shows what an earlier one of the drive shows",
    "standing-still": "the car stood: an earlier picture shows the same, and it is paid once",
    "authenticity-doubted": "pictures, track and light do not fit each other: a person will look "
    "at them; `roadcomb appeal` tells what the pictures cannot",
    "replay-suspected": "pictures look like those of another drive: a person will look at them",
    "replay": "these are another drive's pictures, bit by bit, and they are paid once: if you took "
    "them, ask for a review",
}
