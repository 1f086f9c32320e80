"""``python -m claude_nb`` is ``claude-nb``."""

import sys

from claude_nb.cli.command import main

sys.exit(main())
