"""Last call: a listening socket that begins no new connection and still completes those begun.

Closing a listening socket resets whoever the kernel connected since the last accept: between the
two calls there is always a moment. Linux can be told to drop a connection's first packet (SYN
without ACK) by a classic BPF filter, for which nobody needs a privilege (socket(7),
SO_ATTACH_FILTER); who sent it asks again a second later and is refused, since nobody listens then.
"""

import ctypes
import socket
from contextlib import suppress

__all__ = ["begin_no_more"]

_SO_ATTACH_FILTER = 26
_LOAD_BYTE, _AND, _IF_EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06
_FLAGS_AT = 13
"""The byte of TCP's flags (RFC 9293, section 3.1)."""
_SYN, _ACK = 0x02, 0x10
_DROP, _WHOLE = 0, 0xFFFF_FFFF


class _Step(ctypes.Structure):
    """struct sock_filter"""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("len", ctypes.c_uint16), ("filter", ctypes.POINTER(_Step)))


def begin_no_more(listening: socket.socket) -> None:
    """From here on who connects is not answered. Where there is no such filter, nothing happens."""
    steps = (
        _Step(_LOAD_BYTE, 0, 0, _FLAGS_AT),
        _Step(_AND, 0, 0, _SYN | _ACK),
        _Step(_IF_EQUAL, 0, 1, _SYN),
        _Step(_RETURN, 0, 0, _DROP),
        _Step(_RETURN, 0, 0, _WHOLE),
    )
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(program))
