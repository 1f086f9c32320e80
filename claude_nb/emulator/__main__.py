"""``python -m claude_nb.emulator``."""

from claude_nb.emulator.command import main

raise SystemExit(main())
