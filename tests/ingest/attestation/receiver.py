"""A signing receiver of our own making: it drives north and closes each second by a signature."""

import hashlib
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA224
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest.attestation.ublox import EcSign, digest_to_sign
from tests.ingest.attestation.test_ublox import checked
from tests.ingest.pictures import LAT, LON, METRE_DEG
from tests.ingest.receivers import pvt

__all__ = ["Receiver"]


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP192R1())


@dataclass
class Receiver:
    """`session` is what its host has set before it signs."""

    session: bytes = bytes(24)
    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    @property
    def public_key(self) -> str:
        public = self.key.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()

    @property
    def pem(self) -> bytes:
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def block(self, messages: list[bytes]) -> bytes:
        """The messages and the signature over them."""
        final = hashlib.sha256(b"".join(messages)).digest()
        unsigned = EcSign(len(messages), final, self.session, b"")
        r, s = decode_dss_signature(
            self.key.sign(digest_to_sign(unsigned), ec.ECDSA(Prehashed(SHA224())))
        )
        signature = r.to_bytes(24, "big") + s.to_bytes(24, "big")
        fields = (1, len(messages), final, self.session, signature)
        body = struct.pack("<BxH32s24s48s", *fields)
        return b"".join(messages) + checked(b"\x27\x04" + struct.pack("<H", 108) + body)

    def log(self, seconds: int, first: int = 0, north_m: float = 0.0) -> bytes:
        """A block for each second from 2026-01-05 08:00, 10 m/s northwards, one fix in each."""
        return b"".join(
            self.block([pvt(second, lat=LAT + (10 * second + north_m) * METRE_DEG, lon=LON)])
            for second in range(first, first + seconds)
        )
