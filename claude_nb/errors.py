"""Every error of the client: ``except claude_nb.errors.RateLimitError``."""

from claude_nb.api import errors as _tree
from claude_nb.api.errors import *  # noqa: F403 - the rest of the tree
from claude_nb.api.errors.coded_errors import *  # noqa: F403 - every class there is public

__doc__ = _tree.__doc__
