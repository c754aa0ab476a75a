"""The three ways in which work can go wrong; anything else counts as transient until its attempts run out."""


class Transient(Exception):
    """Not now: the same work may succeed later. The message is delivered again after a pause."""


class Poison(Exception):
    """Never: the same work fails each time. The message becomes a dead letter at once."""


class AppError(Exception):
    """What an HTTP caller did wrong, or cannot have; becomes an RFC 9457 problem document."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
