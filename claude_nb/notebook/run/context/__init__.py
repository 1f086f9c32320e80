"""What a question sees of its notebook, from the page or from what this kernel ran."""
