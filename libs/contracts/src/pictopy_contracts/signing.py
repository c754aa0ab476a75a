"""Image addresses that a browser may open without the token, for a while. Standard library only."""

import hashlib
import hmac
import time
from urllib.parse import urlencode


class Signer:
    """Signs a path with an expiry. The key is derived from the token, so a new token ends all old addresses."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), person=b"pictopy-url", digest_size=32).digest()

    def sign(self, path: str, ttl_s: int = 3600) -> str:
        """The path with `exp` and `sig`. The expiry is rounded up to a whole `ttl_s`, so that browsers can cache."""
        expires = (int(time.time()) // ttl_s + 2) * ttl_s
        return f"{path}?{urlencode({'exp': expires, 'sig': self._signature(path, expires)})}"

    def check(self, path: str, exp: str, sig: str) -> bool:
        """Whether `sig` was made by us for this path and has not ended."""
        if not exp.isdecimal() or int(exp) < time.time():
            return False
        return hmac.compare_digest(self._signature(path, int(exp)).encode(), sig.encode())

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._key, f"{expires}\n{path}".encode(), hashlib.sha256).hexdigest()[:32]
