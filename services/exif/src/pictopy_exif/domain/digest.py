"""The hash by which a file is known before and after a write."""

from blake3 import blake3


def digest_of(*parts: bytes | memoryview) -> str:
    """BLAKE3 of the parts as one, 64 hex digits."""
    hasher = blake3()
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()
