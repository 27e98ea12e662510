"""Masking: what in a picture must not be shown, and how it is made unreadable.

A detector sees boxes (people, vehicles, plates) in one picture; the boxes of a whole drive become
zones to blur, where tracks fill what a frame missed and the camera's own car is left out; a blur
destroys the zones. Law: whatever cannot be done as told raises, and the picture stays unpublished.
"""
