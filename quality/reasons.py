"""What the reasons of judging say to the person who drove: one sentence a code."""

__all__ = ["WORDS"]

WORDS = {
    "too-dark": "the picture is too dark: check the exposure, or drive by daylight",
    "over-exposed": "bright parts are burnt out: check the exposure and glare on the windscreen",
    "night": "it is night: lamps show, the street does not; drive by daylight",
    "glare": "the sun or a lamp shines into the lens: clean the glass, shade the lens",
    "low-contrast": "the picture is flat: clean the lens and the windscreen",
    "blurred": "the picture is blurred: clean and focus the lens, and fasten the mount",
    "smeared-across": "the picture is smeared across: slow down in turns, fasten the mount",
    "smeared-down": "the picture is smeared up and down: the mount shakes, fasten it",
    "smeared-aslant": "the picture is smeared aslant: the mount shakes, fasten it",
    "hazy": "a veil lies over the picture: fog, or a fogged, frosted or dirty windscreen",
    "noisy": "the picture is grainy: too little light, or a setting of the camera that adds gain",
    "over-compressed": "the camera compresses so hard that blocks show: choose a higher quality",
    "view-covered": "something hides the view: a wiper, the bonnet, dirt, a thing on the dash",
    "glass-spotted": "places are out of focus: clean drops and dirt off lens and windscreen",
    "glass-frosted": "frost or dirt covers the glass: clean the lens and the windscreen",
    "undecodable": "the picture's data is damaged: check the camera's memory card",
    "truncated": "the lower part of the picture is missing: check the camera's memory card",
    "too-large": "the picture has more pixels or scans than the network takes",
    "too-small": "the picture has too few pixels to show a street",
    "too-narrow": "the picture is a narrow strip that shows no street",
    "already-sent": "you sent this picture before, and it is paid once",
    "duplicate-in-drive": "the picture shows what an earlier one of the drive shows",
    "standing-still": "the car stood: an earlier picture shows the same, and it is paid once",
    "authenticity-doubted": "pictures, track and light do not fit each other: a person will look "
    "at them; `roadcomb appeal` tells what the pictures cannot",
    "replay-suspected": "pictures look like those of another drive: a person will look at them",
    "replay": "these are another drive's pictures, bit by bit, and they are paid once: if you took "
    "them, ask for a review",
}
