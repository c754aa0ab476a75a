"""How the service is set up: CLUSTER_<FIELD>, or PICTOPY_<FIELD> for what all services share."""

from pydantic_settings import SettingsConfigDict

from pictopy_vectors.open import VectorSettings


class ClusterSettings(VectorSettings):
    model_config = SettingsConfigDict(env_prefix="CLUSTER_", extra="ignore")

    quiet_s: float = 2.0
    """People and events are worked out anew when nothing new has come for this long, ..."""
    longest_wait_s: float = 60.0
    """... or after this long while more keeps coming, ..."""
    batch_faces: int = 500
    """... or when so many faces are new."""
    batch_photos: int = 5_000
    """The same for events."""
    neighbours: int = 20
    """How many nearest faces are kept with each face; 10 to 60 cluster alike (design study 1.2)."""
    neighbour_floor: float = 0.25
    """Cosine below which a face is no neighbour; under what any model's candidates for a merge need."""
    min_faces_shown: int = 3
    """Unnamed people with fewer faces are not listed unless asked for."""
