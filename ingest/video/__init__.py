"""Videos: where the camera was while it filmed, and pictures of the way at even distances."""
