"""What vouches for a device: statements of its hardware, verified; never part of a grade."""
