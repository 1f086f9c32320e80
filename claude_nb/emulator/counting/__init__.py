"""What a request takes: tokens of text, pictures and documents, and the prompt cache."""
