"""Requests that the API refuses: (body, message[, status, type[, headers]])."""

from __future__ import annotations

from invalid_betas import BETAS
from invalid_models import INVALID, MODELS, VERSIONS
from invalid_shapes import SHAPES
from invalid_turns import FEATURES, TURNS

__all__ = ["ALL", "INVALID"]

ALL = [*SHAPES, *MODELS, *VERSIONS, *TURNS, *FEATURES, *BETAS]
