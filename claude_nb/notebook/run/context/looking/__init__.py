"""What there is in a kernel, described in bounded words; no code of a value's own class is run."""
