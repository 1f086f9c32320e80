"""What is a secret in a text, by value, by shape and by name; and taking it out."""
