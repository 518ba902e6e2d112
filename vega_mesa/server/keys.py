"""Keys and signatures: who may act for a party (ed25519; a party's id is its public key, 64 hexadecimal digits)."""

from __future__ import annotations

import json
import os
import secrets
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Self

from vega_mesa.errors import MissingExtra, UsageError

EXTRA: Final = 'pip install "vega_mesa[server]"'
SHORTEST_SECRET: Final = 32  # characters

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


def read_secret(path: Path) -> bytes:
    """The secret in a file; where there is no file, a new secret, in a file that nobody but its owner reads.

    Raises:
        UsageError: it cannot be read or made, others can read it too, or it is so short that one could guess it.
    """
    try:
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{secrets.token_hex(32)}\n")
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UsageError(f"the secret in {path} is open to others: chmod 600 {path}")
        secret = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"no secret in {path}: {error.strerror}") from None
    if len(secret) < SHORTEST_SECRET:
        raise UsageError(f"the secret in {path} is shorter than {SHORTEST_SECRET} characters")
    return blake2b(secret, digest_size=32).digest()


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
