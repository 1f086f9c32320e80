"""What the runs of a kernel left: their figures, and their answers."""
