"""What a page is sent: the files in ``static``, joined, and what both sides must agree on."""
