"""Keys and signatures: who may act for a party (ed25519; a party's id is its public key, 64 hexadecimal digits)."""

from __future__ import annotations

import json
import secrets
from hashlib import blake2b
from typing import Any, Self

from vega_mesa.errors import MissingExtra

EXTRA = 'pip install "vega_mesa[server]"'

try:
    from nacl.exceptions import BadSignatureError
    from nacl.signing import SigningKey, VerifyKey
except ImportError as missing:
    raise MissingExtra(EXTRA) from missing


def message(chain_id: str, nonce: int, command: dict[str, Any]) -> bytes:
    """What is signed: canonical JSON (names in order, no spaces, ASCII) of the chain, the nonce and the command."""
    content = {"chain_id": chain_id, "nonce": nonce, "command": command}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def is_signed(party: str, signature: str, signed: bytes) -> bool:
    """Whether the party's key made this signature."""
    try:
        VerifyKey(bytes.fromhex(party)).verify(signed, bytes.fromhex(signature))
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


class Wallet:
    """One key pair.

    Args:
        seed: 32 bytes, the private key; None for a new one.
    """

    __slots__ = ("_key", "party")

    def __init__(self, seed: bytes | None = None) -> None:
        self._key = SigningKey(secrets.token_bytes(32) if seed is None else seed)
        self.party = bytes(self._key.verify_key).hex()

    @classmethod
    def named(cls, secret: bytes, name: str) -> Self:
        """The key pair of an agent: the same for the same secret and name."""
        return cls(blake2b(name.encode(errors="surrogatepass"), digest_size=32, key=secret[:64]).digest())

    def sign(self, chain_id: str, nonce: int, command: dict[str, Any]) -> str:
        """Sign a command; 128 hexadecimal digits."""
        return self._key.sign(message(chain_id, nonce, command)).signature.hex()

    def envelope(self, chain_id: str, nonce: int, command: dict[str, Any]) -> dict[str, Any]:
        """A signed command as ``POST /transactions`` takes it."""
        signature = self.sign(chain_id, nonce, command)
        return {"party": self.party, "nonce": nonce, "command": command, "signature": signature}
