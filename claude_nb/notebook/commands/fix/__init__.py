"""``%claude fix``: the last Python error, without its keys, and mended code as the next cell."""
