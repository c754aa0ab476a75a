"""Pure functions: what a file is, which picture it holds, what its metadata say, what a scan means."""
