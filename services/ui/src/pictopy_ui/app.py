"""The script that Streamlit runs for each view of a page; the only file that knows the concrete classes."""

import httpx
import streamlit as st

from pictopy_contracts.signing import Signer
from pictopy_ui import client, shell
from pictopy_ui.images import SignedPictures
from pictopy_ui.ports import Deps
from pictopy_ui.settings import Settings

CONNECT_TIMEOUT_S = 2.0


@st.cache_resource(show_spinner=False)
def open_deps() -> Deps:
    """One set of clients for all sessions of this process."""
    settings = Settings()
    token = settings.token.get_secret_value()
    http = httpx.Client(
        headers={"Authorization": f"Bearer {token}"},
        timeout=httpx.Timeout(settings.answer_timeout_s, connect=CONNECT_TIMEOUT_S),
        trust_env=False,
    )
    lines = {
        "ingest": client.Line("ingest", settings.ingest_url, http),
        "vision": client.Line("vision", settings.vision_url, http),
        "cluster": client.Line("cluster", settings.cluster_url, http),
        "search": client.Line("search", settings.search_url, http),
        "memories": client.Line("memories", settings.memories_url, http),
        "exif": client.Line("exif", settings.exif_url, http),
    }
    return Deps(
        ingest=client.IngestClient(lines["ingest"]),
        vision=client.VisionClient(lines["vision"]),
        cluster=client.ClusterClient(lines["cluster"]),
        search=client.SearchClient(lines["search"]),
        memories=client.MemoriesClient(lines["memories"]),
        exif=client.ExifClient(lines["exif"]),
        watch=client.WatchClient(tuple(lines.values())),
        pictures=SignedPictures(Signer(token), settings.pictures_url),
    )


if __name__ == "__main__":
    shell.show(open_deps())
