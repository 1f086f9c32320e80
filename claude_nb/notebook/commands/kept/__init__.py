"""What is kept in files: recorded answers, saved chats."""
