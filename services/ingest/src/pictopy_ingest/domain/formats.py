"""Which files are pictures or videos: by name before they are opened, by their first bytes after."""

from typing import Literal

Kind = Literal["photo", "video"]

JPEG, PNG, WEBP, TIFF, GIF, BMP, HEIF, AVIF, JXL, RAW = (
    "jpeg",
    "png",
    "webp",
    "tiff",
    "gif",
    "bmp",
    "heif",
    "avif",
    "jxl",
    "raw",
)
MP4, MOV, MATROSKA, AVI = "mp4", "mov", "matroska", "avi"
VIDEOS = frozenset({MP4, MOV, MATROSKA, AVI})

RAW_SUFFIXES = frozenset(
    b".dng .cr2 .cr3 .crw .nef .nrw .arw .sr2 .srf .orf .rw2 .raf .pef .srw .x3f .3fr .iiq .rwl .erf .mrw"
    b" .kdc .dcr".split()
)
VIDEO_SUFFIXES = frozenset(b".mp4 .m4v .mov .qt .3gp .3g2 .mkv .webm .avi".split())
SUFFIXES = (
    RAW_SUFFIXES
    | VIDEO_SUFFIXES
    | frozenset(b".jpg .jpeg .jpe .jfif .mpo .png .webp .tif .tiff .gif .bmp .heic .heif .hif .avif .jxl".split())
)

CONTENT_TYPES = {
    JPEG: "image/jpeg",
    PNG: "image/png",
    WEBP: "image/webp",
    TIFF: "image/tiff",
    GIF: "image/gif",
    BMP: "image/bmp",
    HEIF: "image/heif",
    AVIF: "image/avif",
    MP4: "video/mp4",
    MOV: "video/quicktime",
    MATROSKA: "video/x-matroska",
    AVI: "video/x-msvideo",
}

HEAD_BYTES = 64
"""How much of a file `sniff` wants to see."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_RAW_HEADS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def suffix(name: bytes) -> bytes:
    """`.jpg` of `IMG_1.JPG`; empty where there is none."""
    stem, dot, ending = name.rpartition(b".")
    return dot + ending.lower() if stem else b""


def is_wanted(name: bytes) -> bool:
    """Whether a scan looks at a file of this name."""
    return suffix(name) in SUFFIXES


def kind_of(form: str) -> Kind:
    return "video" if form in VIDEOS else "photo"


def sniff(head: bytes, name: bytes) -> str | None:
    """The format by the first bytes; the name only tells a raw from the TIFF that it is built on. None = unknown."""
    if head[4:8] == b"ftyp":
        return _sniff_ftyp(head)
    if head.startswith(_TIFF_HEADS):
        return RAW if suffix(name) in RAW_SUFFIXES else TIFF
    return _sniff_plain(head)


def _sniff_plain(head: bytes) -> str | None:
    by_head = (
        (head.startswith(b"\xff\xd8\xff"), JPEG),
        (head.startswith(b"\x89PNG\r\n\x1a\n"), PNG),
        (head[:4] == b"RIFF" and head[8:12] == b"WEBP", WEBP),
        (head[:4] == b"RIFF" and head[8:12] == b"AVI ", AVI),
        (head.startswith((b"GIF87a", b"GIF89a")), GIF),
        (head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")), JXL),
        (head.startswith(b"\x1a\x45\xdf\xa3"), MATROSKA),
        (head.startswith(_RAW_HEADS), RAW),
        (head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}, MOV),
        (head.startswith(b"BM") and len(head) >= 26, BMP),
    )
    return next((form for matches, form in by_head if matches), None)


def _sniff_ftyp(head: bytes) -> str:
    """ISO base media: the major brand, then the compatible ones."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if brands[0] == b"qt  ":
        return MOV
    if brands[0] == b"crx ":
        return RAW
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return AVIF
        if brand in _HEIF_BRANDS - {b"mif1", b"msf1"}:
            return HEIF
    return HEIF if brands[0] in _HEIF_BRANDS else MP4
