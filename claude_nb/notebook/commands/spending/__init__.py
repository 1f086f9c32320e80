"""What is spent, and what may be."""
