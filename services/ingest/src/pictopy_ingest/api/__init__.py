"""HTTP of ingest: libraries, photos and their pictures, albums, and how things get on."""

from pictopy_ingest.api import activity, albums, conflicts, libraries, photos, pictures, restore

ROUTERS = (
    libraries.router,
    photos.router,
    pictures.router,
    albums.router,
    activity.router,
    conflicts.router,
    restore.router,
)
