"""Typed HTTP clients, one class a service; together they fill `Deps`."""

from pictopy_ui.client.cluster import ClusterClient
from pictopy_ui.client.exif import ExifClient
from pictopy_ui.client.ingest import IngestClient
from pictopy_ui.client.line import Line
from pictopy_ui.client.memories import MemoriesClient
from pictopy_ui.client.search import SearchClient
from pictopy_ui.client.vision import VisionClient
from pictopy_ui.client.watch import WatchClient

__all__ = [
    "ClusterClient",
    "ExifClient",
    "IngestClient",
    "Line",
    "MemoriesClient",
    "SearchClient",
    "VisionClient",
    "WatchClient",
]
