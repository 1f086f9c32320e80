"""Where requests go, how they are signed and how answers are framed. Knows no client, no flow."""
