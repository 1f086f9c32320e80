"""What Tab offers in ``%%claude`` and ``%claude``. Knows no run, no answer and no page."""
