"""Objects of the Messages API: answers, content blocks, events, usage, batches, models.

Answers are pydantic models built without validation (nothing the server sends is refused or
lost); requests are plain data, described by TypedDicts.
"""

from claude_nb.api.types import batches, blocks, events, files, message, model
from claude_nb.api.types._base import BaseModel, ResponseModel
from claude_nb.api.types.batches import *  # noqa: F403 - all that it offers
from claude_nb.api.types.blocks import *  # noqa: F403 - all that it offers
from claude_nb.api.types.events import *  # noqa: F403 - all that it offers
from claude_nb.api.types.files import *  # noqa: F403 - all that it offers
from claude_nb.api.types.message import *  # noqa: F403 - all that it offers
from claude_nb.api.types.model import *  # noqa: F403 - all that it offers

__all__ = ["BaseModel", "ResponseModel"]
__all__ += batches.__all__
__all__ += blocks.__all__
__all__ += events.__all__
__all__ += files.__all__
__all__ += message.__all__
__all__ += model.__all__
