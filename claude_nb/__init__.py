"""Claude in Jupyter."""
