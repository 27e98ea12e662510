"""What a node must survive: kill -9, power cuts, a full disk, flipped bits; `make torture`.

A small sample of each runs in `make test`; ROADCOMB_KILLS, ROADCOMB_CUTS and ROADCOMB_FLIPS say
how many.
"""
