"""A library of generated pictures, to try PictoPy without giving it your own."""
