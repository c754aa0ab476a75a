"""The hash by which a file is known before and after a write."""

from collections.abc import Iterable

from blake3 import blake3


def digest_of(*parts: bytes | memoryview) -> str:
    """BLAKE3 of the parts as one, 64 hex digits."""
    hasher = blake3()
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()


def digests_of(tail: Iterable[bytes | memoryview], *fronts: Iterable[bytes | memoryview]) -> list[str]:
    """`digest_of` each front with the tail behind it; the tail, which may be long, is gone through once."""
    hashers = [blake3() for _ in fronts]
    for hasher, front in zip(hashers, fronts, strict=True):
        for part in front:
            hasher.update(part)
    for part in tail:
        for hasher in hashers:
            hasher.update(part)
    return [hasher.hexdigest() for hasher in hashers]
