"""Pure functions that make the HTML of the pages; every text of a person is escaped here."""
