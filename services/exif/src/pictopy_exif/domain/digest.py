"""The hash by which a file is known before and after a write."""

from blake3 import blake3


def digest_of(data: bytes) -> str:
    """BLAKE3, 64 hex digits."""
    return blake3(data).hexdigest()
