"""What a cell keeps of an answer, of a failure too. Knows no run, no page and no widget."""
