"""Whoever has begun to connect comes in, whoever comes later is refused, nobody is cut off."""

import socket

import pytest

from api.lastcall import begin_no_more


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_who_has_connected_is_answered_and_who_comes_later_is_not(
    family: socket.AddressFamily, host: str
) -> None:
    with socket.create_server((host, 0), family=family) as listening:
        address = listening.getsockname()[:2]
        with socket.create_connection(address) as early, socket.socket(family) as late:
            begin_no_more(listening)
            late.settimeout(0.1)
            with pytest.raises(TimeoutError):
                late.connect(address)
            taken, _ = listening.accept()
            with taken:
                early.sendall(b"here")
                assert taken.recv(4) == b"here"
