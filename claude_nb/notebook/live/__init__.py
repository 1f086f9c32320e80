"""An answer in the page while it streams: open, put, finish. Knows no run and no session."""
