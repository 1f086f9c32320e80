"""Types of requests and answers: ``from claude_nb.types import Message, MessageParam``."""

from claude_nb.api import types as _answers
from claude_nb.api.types import *  # noqa: F403 - all that it offers
from claude_nb.api.types import (
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
)
from claude_nb.api.types import params as _params
from claude_nb.api.types import parsed as _parsed
from claude_nb.api.types import stream_events as _stream_events
from claude_nb.api.types.params import *  # noqa: F403
from claude_nb.api.types.parsed import *  # noqa: F403
from claude_nb.api.types.stream_events import *  # noqa: F403

# the official SDK's other names for raw events
MessageStartEvent = RawMessageStartEvent
MessageDeltaEvent = RawMessageDeltaEvent
ContentBlockStartEvent = RawContentBlockStartEvent
ContentBlockDeltaEvent = RawContentBlockDeltaEvent

# fmt: off
__all__ = [
    "ContentBlockDeltaEvent", "ContentBlockStartEvent", "MessageDeltaEvent", "MessageStartEvent",
]
# fmt: on
__all__ += _answers.__all__
__all__ += _params.__all__
__all__ += _parsed.__all__
__all__ += _stream_events.__all__
