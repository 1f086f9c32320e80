"""Record real answers in a file, and play them again; see `Cassette`."""

from claude_nb.api.calls import REPLAYED_HEADER
from claude_nb.cassette.file import CassetteError
from claude_nb.cassette.store import MODES, Cassette

__all__ = ["MODES", "REPLAYED_HEADER", "Cassette", "CassetteError"]
