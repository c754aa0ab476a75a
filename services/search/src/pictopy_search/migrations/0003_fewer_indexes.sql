-- A search by meaning starts from photos: what these two served is in the primary keys of their tables.
DROP INDEX photo_labels_key;
DROP INDEX event_photos_event;
