"""What PictoPy says in a file and how it is said: pure functions, no I/O."""
