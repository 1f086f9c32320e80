"""``python -m claude_nb.emulator``."""

from claude_nb.emulator.server.command import main

raise SystemExit(main())
