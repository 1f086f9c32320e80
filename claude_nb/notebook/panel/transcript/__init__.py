"""What a panel's page is told of a chat, and when its output is published."""
