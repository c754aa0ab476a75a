"""Signed addresses of pictures; the signer rounds their end, so that the browser's cache can work."""

from typing import Protocol

TTL_S = 7200


class Signs(Protocol):
    def sign(self, path: str, ttl_s: int = 3600) -> str: ...


class SignedPictures:
    def __init__(self, signer: Signs, base_url: str) -> None:
        self._signer = signer
        self._base_url = base_url.rstrip("/")

    def thumbnail(self, photo_id: str) -> str:
        return self._signed(photo_id, "thumbnail")

    def preview(self, photo_id: str) -> str:
        return self._signed(photo_id, "preview")

    def original(self, photo_id: str) -> str:
        return self._signed(photo_id, "original")

    def _signed(self, photo_id: str, size: str) -> str:
        return self._base_url + self._signer.sign(f"/v1/photos/{photo_id}/{size}", TTL_S)
