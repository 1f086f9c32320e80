"""What a panel is carried away as, and made from again: code, a cell, a saved chat."""
