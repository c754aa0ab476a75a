-- An undo out of a journal may come before what it undoes: it is known by name until then, and by it for good.

ALTER TABLE decisions ADD undoes_said text NOT NULL DEFAULT '';
