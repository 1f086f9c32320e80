"""One engine for every question: run, rounds, background, stopping. Knows no magic, no panel."""
