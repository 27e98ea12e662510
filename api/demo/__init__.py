"""The demo: drawn drivers live three days in front of a real node, through the real commands.

The clock is injected and all keys come from a fixed seed, so that rewards, ledger and root are the
same on any date and any machine. (Which pictures are blurred already when a night lists its albums
depends on how fast the machine is.) Every eighth picture is blurred and published by the node
itself: nobody lives there, and still no picture is shown in another way.
"""
