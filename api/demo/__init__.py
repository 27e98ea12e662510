"""The demo: drawn drivers live three days in front of a real node, through the real commands.

The clock is injected and all keys come from a fixed seed, so that rewards, root and every published
byte are the same on any date and any machine. Every eighth picture is blurred and published by the
node itself: nobody lives there, and still no picture is shown in another way.
"""
