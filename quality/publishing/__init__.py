"""Publishing: from the raw frames of an accepted drive to pictures that may be shown.

A frame is RAW as it came, MASKED once its zones are destroyed, VERIFIED once the very bytes that
will be served were decoded again and shown to hold nothing readable in any zone. Law: only VERIFIED
leaves the machine. Whatever goes wrong on the way (no model, an exception, a killed worker, a
timeout, too much masked, a blur that cannot be proved) leaves the frame waiting with its reason;
there is no switch that skips a step.
"""
