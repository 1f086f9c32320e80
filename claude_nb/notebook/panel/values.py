"""The panel's settings as traits, with the bounds and the words of the one list of options.

A value that cannot be used raises one sentence, whether it is of the wrong kind, out of bounds, or
refused by the model that is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from claude_nb.ask.errors import InputError
from claude_nb.ask.names import did_you_mean
from claude_nb.ask.options import BY_NAME, Options
from claude_nb.notebook.panel.fit import ORDER, TOOLS, fit
from claude_nb.notebook.session import current
from claude_nb.notebook.traits import LASTING, as_traits

__all__ = ["NAMES", "SettingError", "Settings", "checked"]

NAMES = tuple(setting.name for setting in LASTING)
_MOST_NAME = 200  # characters of a model's or a chat's name
_MOST_TEXT = 2_000_000  # characters of any other text
_MOST_ITEMS = 1_000
_LARGEST = 2**53  # of whole numbers, as a page can say them exactly
_ALIASES = {"stop_sequences": "stop"}


class SettingError(InputError, traitlets.TraitError):
    """A setting cannot have this value; says what it can have."""


_Checked: type[traitlets.HasTraits] = type(traitlets.HasTraits)(
    "Panel", (traitlets.HasTraits,), as_traits()
)


def checked(name: str, value: Any) -> Any:
    """Return `value` as the setting of that name holds it.

    Raises
    ------
    SettingError
        It is not of the setting's kind, or out of bounds.
    """
    name = _ALIASES.get(name, name)
    if name not in NAMES:
        raise SettingError(
            f"A panel has no setting {name!r:.100}.{did_you_mean(name, NAMES)} "
            f"It has {', '.join(NAMES)}."
        )
    setting = BY_NAME[name]
    _check_size(name, value)
    try:
        if setting.kind in {"number", "integer"} and isinstance(value, int | float):
            setting.check(value)
        scratch = _Checked()
        setattr(scratch, name, list(value) if isinstance(value, tuple) else value)
        return getattr(scratch, name)
    except (traitlets.TraitError, InputError) as problem:
        # in Python a setting goes by its name, not by its flag
        raise SettingError(str(problem).replace(setting.flags[-1], name)) from None


def _check_size(name: str, value: Any) -> None:
    """Raise `SettingError` if a value is larger, or has more items, than makes sense."""
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise SettingError(f"{name} is too large a number.")
    most = _MOST_NAME if name in {"model", "chat"} else _MOST_TEXT
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > _MOST_ITEMS:
        raise SettingError(f"{name} has {len(items):,} items; it may have {_MOST_ITEMS}.")
    longest = max((len(item) for item in items if isinstance(item, str)), default=0)
    if longest > most:
        raise SettingError(f"{name} has {longest:,} characters; it may have {most:,}.")


class Settings(_Checked):
    """Settings that can be read, set and observed, each by its name.

    Raises
    ------
    SettingError
        When one is set to what it, or the model, cannot take.
    """

    def __init__(self, **values: Any) -> None:
        locks, usual = current().locks, BY_NAME["model"].default
        allowed = locks.usual_model(usual)
        known: dict[str, Any] = {} if allowed == usual else {"model": allowed}
        known |= {_ALIASES.get(name, name): checked(name, value) for name, value in values.items()}
        refused = fit(Options(**known), locks=locks).refused
        for name, value in known.items():
            _raise_if(refused, name, value)
        super().__init__(**known)

    if TYPE_CHECKING:  # settings are attributes; the one list of them has no static types

        def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any) -> None:
        if name in NAMES or name in _ALIASES:
            name = _ALIASES.get(name, name)
            value = checked(name, value)
            if name in (*ORDER, *TOOLS, "model"):
                wished = self.options().changed({name: value})
                _raise_if(fit(wished, locks=current().locks).refused, name, value)
        super().__setattr__(name, value)

    def options(self) -> Options:
        """Return the settings as options."""
        return Options(**{name: getattr(self, name) for name in NAMES})

    def assign(self, options: Options) -> None:
        """Set all settings at once, so that none is refused for another's sake."""
        for setting in LASTING:
            value = setting.listed(getattr(options, setting.name))
            traitlets.HasTraits.__setattr__(self, setting.name, checked(setting.name, value))

    @classmethod
    def takes(cls, name: str) -> bool:
        """Return whether there is a setting of that name."""
        return name in NAMES or name in _ALIASES


def _raise_if(refused: Mapping[str, str], name: str, value: Any) -> None:
    is_set = value is not False and value not in (None, [])
    if name in refused and is_set:  # what is not set is not refused
        raise SettingError(refused[name])
