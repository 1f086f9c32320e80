"""What form an answer is asked for in, and what is taken out of it. Knows no request."""
