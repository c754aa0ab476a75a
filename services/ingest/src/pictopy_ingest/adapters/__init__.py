"""Files, decoders and metadata readers: each foreign library in one module."""
