"""Record real answers in a file, and play them again; see `Cassette`."""

from claude_nb.cassette.store import MODES, Cassette, CassetteError
from claude_nb.cassette.tape import REPLAYED_HEADER

__all__ = ["MODES", "REPLAYED_HEADER", "Cassette", "CassetteError"]
