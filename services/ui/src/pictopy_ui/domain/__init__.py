"""Pure functions between what services answer and what pages show."""
