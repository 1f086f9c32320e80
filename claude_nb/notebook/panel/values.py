"""The panel's settings as traits, with the bounds and the words of the one list of settings.

A value that cannot be used raises one sentence, whether it is of the wrong kind, out of bounds, or
refused by the model that is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from claude_nb.notebook.errors import InputError
from claude_nb.notebook.panel.fit import ORDER, fit
from claude_nb.notebook.settings import BY_NAME, MANY, SETTINGS, as_traits

__all__ = ["NAMES", "SettingError", "Settings", "checked", "everything"]

NAMES = tuple(setting.name for setting in SETTINGS if setting.lasting)
_ALIASES = {"stop_sequences": "stop"}


class SettingError(InputError, traitlets.TraitError):
    """A setting cannot have this value; says what it can have."""


_Checked: Any = type(traitlets.HasTraits)("Panel", (traitlets.HasTraits,), as_traits())


def everything(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings by name: these, and the defaults of the others."""
    defaults = {s.name: list(s.default) if s.kind in MANY else s.default for s in SETTINGS}
    return {**defaults, **values}


def checked(name: str, value: Any) -> Any:
    """Return `value` as the setting of that name holds it.

    Raises
    ------
    SettingError
        It is not of the setting's kind, or out of bounds.
    """
    name = _ALIASES.get(name, name)
    if name not in NAMES:
        raise SettingError(f"A panel has no setting {name!r}. It has {', '.join(NAMES)}.")
    setting = BY_NAME[name]
    try:
        if setting.kind in {"number", "integer"} and isinstance(value, int | float):
            setting.check(value)
        scratch = _Checked()
        setattr(scratch, name, list(value) if isinstance(value, tuple) else value)
        return getattr(scratch, name)
    except (traitlets.TraitError, InputError) as problem:
        # in Python a setting goes by its name, not by its flag
        raise SettingError(str(problem).replace(setting.flags[-1], name)) from None


class Settings(_Checked):
    """Settings that can be read, set and observed, each by its name.

    Raises
    ------
    SettingError
        When one is set to what it, or the model, cannot take.
    """

    def __init__(self, **values: Any) -> None:
        known = {_ALIASES.get(name, name): checked(name, value) for name, value in values.items()}
        refused = fit(everything(known)).refused
        for name, value in known.items():
            _raise_if(refused, name, value)
        super().__init__(**known)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in NAMES or name in _ALIASES:
            name = _ALIASES.get(name, name)
            value = checked(name, value)
            if name in (*ORDER, "model"):
                fitted = fit(everything({**self.settings(), name: value}))
                _raise_if(fitted.refused, name, value)
        super().__setattr__(name, value)

    def settings(self) -> dict[str, Any]:
        """Return the value of each setting, by name."""
        return {name: getattr(self, name) for name in NAMES}

    @classmethod
    def takes(cls, name: str) -> bool:
        """Return whether there is a setting of that name."""
        return name in NAMES or name in _ALIASES


def _raise_if(refused: Mapping[str, str], name: str, value: Any) -> None:
    if name in refused and value not in (None, []):  # what is not set is not refused
        raise SettingError(refused[name])
