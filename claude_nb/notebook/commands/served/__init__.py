"""What the server keeps for a key, and how to see and end it: files, batches."""
