"""What a server has, and keeps for a key: models, files, batches; and which server answers."""
