"""Signed addresses."""

from urllib.parse import parse_qs, urlsplit

from pictopy_contracts.signing import Signer


def parts(address: str) -> tuple[str, str, str]:
    split = urlsplit(address)
    query = parse_qs(split.query)
    return split.path, query["exp"][0], query["sig"][0]


def test_a_signed_path_is_good_for_itself_only() -> None:
    """Another path, another expiry or another key are refused."""
    signer = Signer("secret")
    path, exp, sig = parts(signer.sign("/v1/photos/a/preview"))
    assert signer.check(path, exp, sig)
    assert not signer.check("/v1/photos/b/preview", exp, sig)
    assert not signer.check(path, str(int(exp) + 1), sig)
    assert not Signer("other").check(path, exp, sig)


def test_an_ended_address_is_refused() -> None:
    """Time ends it, and nonsense is no time."""
    signer = Signer("secret")
    path, _, sig = parts(signer.sign("/v1/photos/a/preview"))
    assert not signer.check(path, "1", sig)
    assert not signer.check(path, "soon", sig)
    assert not signer.check(path, "", "ü")


def test_the_same_address_for_a_while() -> None:
    """Two signatures shortly after each other are equal, so that a browser's cache works."""
    signer = Signer("secret")
    assert signer.sign("/x", 10**9) == signer.sign("/x", 10**9)
