"""What is known of each embedding model before a library says more: thresholds by model id, with their origin."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    stranger: float
    """Mean cosine of two people's faces."""
    dims: float
    """1 / variance of that cosine."""
    same: float
    """Mean cosine of one person's faces."""
    min_quality: float = 0.55
    """Faces below wait: they never found a person. Design study 1.3; the share that waits is capped, see partition."""


MIN_SCORE = 0.8
"""Detector confidence: of 57 photos without people 4 had a false face at .7, none at .8 (YuNet, measured)."""
MIN_SIZE_PX = 24
"""Shorter side of the box: recall and embeddings of smaller faces fall off (YuNet .81 at 14 px, .993 at 24 px)."""
UNKNOWN = Model(stranger=0.0, dims=100.0, same=0.60)
"""Between the studied models; ArcFace-like ones have same = .64 to .66 on snapshots (design study 1.2)."""

MODELS = {
    # Intel Open Model Zoo; its card's LFW threshold of .30 is 3.3 standard deviations of strangers: about 120 dims.
    "face-reidentification-retail-0095": Model(stranger=0.0, dims=120.0, same=0.62),
    # OpenCV's SFace: strangers reach farther than ArcFace's (design study 1.2: thresholds .05 to .10 higher).
    "sface_2021dec": Model(stranger=0.05, dims=90.0, same=0.62),
}


def model_of(model_id: str) -> Model:
    """The table's entry, or what holds for most models: a library corrects either, see calibration.py."""
    return MODELS.get(model_id, UNKNOWN)


def founding_quality(quality: float, score: float, size_px: int) -> float:
    """0 for what is too small or too unsure ever to found a person, else the quality."""
    return quality if score >= MIN_SCORE and size_px >= MIN_SIZE_PX else 0.0
