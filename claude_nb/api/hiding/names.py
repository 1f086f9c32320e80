"""Which names say that what they name is a secret: of variables, settings, header fields; pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["authenticates", "is_password", "says_secret", "strength", "surely"]

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LONGEST = 80  # characters of a name; of a longer one the end decides

_PASSWORDS = frozenset(
    {
        *("passcode", "passphrase", "passwd", "password", "pw", "pwd", "sshpass"),
        *("contrasena", "kennwort", "motdepasse", "passwort", "senha", "wachtwoord"),
        *("пароль", "密码", "密碼", "パスワード", "비밀번호"),
    }
)
_SECRETS = _PASSWORDS | {
    *("accesstoken", "accountkey", "apikey", "apitoken", "authorization", "authtoken"),
    *("credential", "privatekey", "secret", "secretkey", "sharedaccesskey", "token"),
}
_PLURALS = frozenset({"apikeys", "credentials", "creds", "passphrases", "passwords", "secrets"})
_ENDINGS = ("password", "passwd", "apikey", "authtoken", "accesstoken", "secret", "accesskey")
_MAYBE = frozenset({"auth", "cookie", "cred", "key", "keys", "pass", "session", "tokens"})
_KEYS_OF = frozenset(  # what a key is called that opens something
    {
        *("access", "account", "admin", "anthropic", "api", "app", "application", "auth"),
        *("azure", "aws", "client", "consumer", "deploy", "encryption", "gcp", "google", "jwt"),
        *("licence", "license", "llm", "master", "openai", "private", "secret", "service"),
        *("shared", "signing", "ssh", "storage", "subscription", "webhook"),
    }
)
_PATS_OF = frozenset(  # whose personal access token a "pat" is, and no pattern
    {
        *("access", "ado", "airtable", "azure", "bitbucket", "databricks", "devops", "gh", "git"),
        *("gitea", "github", "gitlab", "hub", "hubspot", "personal"),
    }
)
_PUBLIC = frozenset({"public", "publishable"})
_ABOUT = frozenset(  # behind the name of a secret: something else is named
    {
        *("algorithm", "arn", "box", "budget", "button", "class", "col", "column", "columns"),
        *("count", "counts", "dir", "encoder", "endpoint", "env", "environ", "error", "errors"),
        *("exists", "expired", "expires", "expiry", "factory", "field", "fields", "file"),
        *("filename", "form", "format", "func", "function", "hash", "header", "headers", "help"),
        *("hint", "id", "ids", "index", "info", "input", "label", "len", "length", "level"),
        *("limit", "limits", "list", "manager", "max", "message", "min", "model", "name"),
        *("names", "number", "parameter", "path", "pattern", "placeholder", "policy", "position"),
        *("prefix", "prompt", "provider", "regex", "reset", "rule", "rules", "scope", "size"),
        *("source", "span", "spec", "state", "status", "suffix", "text", "title", "ttl", "type"),
        *("types", "uri", "url", "usage", "valid", "var", "variable", "version", "word"),
    }
)
_SPECIAL = frozenset({"bos", "cls", "end", "eos", "mask", "pad", "sep", "start", "stop", "unk"})
_HEADERS_APART = frozenset({"idempotency-key", "x-idempotency-key", "sec-websocket-key"})
_HEADER = re.compile(
    r"(?:^|[-_])(?:auth(?:orization)?|cookie2?|credentials?|passw(?:or)?d|secret|session(?:-?id)?"
    r"|signature|(?:api)?-?key|(?:api|auth|access)?-?token|jwt|assertion)(?:$|[-_])"
)

SURE, MAYBE, NOT = 2, 1, 0


def parts_of(name: str) -> list[str]:
    """Return the words of a name: of ``dbPassword_2`` ``db``, ``password`` and ``2``."""
    name = name[-_LONGEST:]
    if not name.isascii():  # accents say nothing
        name = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", name)))
    return [part.lower() for part in _PARTS.findall(name)]


@lru_cache(maxsize=4096)
def strength(name: str) -> int:
    """Return how surely a name says that its value is a secret.

    Returns
    -------
    int
        2 for ``api_key``, 1 where the value decides (``key``), 0 for all else.
    """
    parts = parts_of(name)
    while parts and parts[-1].isdigit():
        parts.pop()
    if not parts or parts[-1] in _ABOUT or _PUBLIC & set(parts):
        return NOT
    return max((_at(parts, place) for place in range(len(parts))), default=NOT)


def _at(parts: list[str], place: int) -> int:
    """Return how surely the word at this place of a name says so; what follows only specifies."""
    word = parts[place]
    before = parts[place - 1] if place else ""
    if word in _SECRETS or word in _PLURALS or word.endswith(_ENDINGS):
        return MAYBE if before in _SPECIAL else SURE
    if word in {"key", "keys"} and before in _KEYS_OF:
        return SURE
    if word == "pat" and before in _PATS_OF:
        return SURE
    return MAYBE if word in _MAYBE and place == len(parts) - 1 else NOT


def surely(name: str) -> bool:
    """Return whether whatever has this name is a secret."""
    return strength(name) == SURE


def is_password(name: str) -> bool:
    """Return whether this is the name of a password."""
    return any(p in _PASSWORDS or p.endswith(("password", "passwd")) for p in parts_of(name))


@lru_cache(1024)  # the whole environment is asked of every reply
def says_secret(name: str) -> bool:
    """Return whether a variable of the environment holds a secret, by its name."""
    parts = parts_of(name)
    return strength(name) != NOT and parts[-1:] != ["session"]


def authenticates(header: str, value: str = "") -> bool:
    """Return whether a header field says who sends, by its name or by its value's first word."""
    field = header.lower()
    if field in _HEADERS_APART:
        return False
    scheme = value.lstrip().partition(" ")[0].lower()
    return bool(_HEADER.search(field)) or scheme in {"bearer", "basic", "digest"}
