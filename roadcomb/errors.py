"""One error root; every error says what is wrong and what to do, and carries a stable `type`.

`details` are what a program needs beside the words: JSON members of the HTTP problem.

::

    RoadcombError                 exit  HTTP (api/problems.py)
    ├── UsageError                  2   400   the call or a setting is wrong
    ├── InvalidInput                7   422   a file or a message says something impossible
    │   ├── NotAJpeg                7   415
    │   ├── DigestMismatch          7   422
    │   └── TooLarge                7   413
    ├── PaymentRequired             5   402   it is not free, or the key for it does not stand
    ├── NotFound                    3   404
    ├── Unauthorised                5   401
    ├── QuotaExceeded               8   429
    ├── Conflict                    9   409   the thing is in a state that forbids this
    ├── StorageFull                10   507
    ├── IntegrityError             11   500   stored bytes or books do not say what was promised
    └── Unreachable                 6   502   a server did not answer
        └── Busy                    6   503   it has too much to do just now
"""

from typing import ClassVar

__all__ = [
    "Busy",
    "Conflict",
    "DigestMismatch",
    "IntegrityError",
    "InvalidInput",
    "NotAJpeg",
    "NotFound",
    "PaymentRequired",
    "QuotaExceeded",
    "RoadcombError",
    "StorageFull",
    "TooLarge",
    "Unauthorised",
    "Unreachable",
    "UsageError",
]


class RoadcombError(Exception):
    """Root of every error this project raises on purpose."""

    type: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details


class UsageError(RoadcombError):
    type = "usage"
    exit_code = 2


class InvalidInput(RoadcombError):
    type = "invalid-input"
    exit_code = 7


class NotAJpeg(InvalidInput):
    type = "not-a-jpeg"


class DigestMismatch(InvalidInput):
    type = "digest-mismatch"


class TooLarge(InvalidInput):
    type = "too-large"


class NotFound(RoadcombError):
    type = "not-found"
    exit_code = 3


class Unauthorised(RoadcombError):
    type = "unauthorised"
    exit_code = 5


class PaymentRequired(RoadcombError):
    type = "payment-required"
    exit_code = 5


class QuotaExceeded(RoadcombError):
    type = "quota-exceeded"
    exit_code = 8


class Conflict(RoadcombError):
    type = "conflict"
    exit_code = 9


class StorageFull(RoadcombError):
    type = "storage-full"
    exit_code = 10


class IntegrityError(RoadcombError):
    type = "integrity"
    exit_code = 11


class Unreachable(RoadcombError):
    type = "unreachable"
    exit_code = 6


class Busy(Unreachable):
    type = "busy"
