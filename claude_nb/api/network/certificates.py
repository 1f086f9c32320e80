"""Whose certificates are trusted: the file or folder that the environment names, else the usual.

The usual authorities are those that come with Python's packages together with the system's own,
among which is a company's: on Windows and Linux the standard library reads them, on a Mac
truststore does, if it is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import ssl
import sys
from functools import cache
from pathlib import Path
from typing import Any

from claude_nb.api.network import TransportError

__all__ = ["advice", "context", "stamp"]

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def context() -> ssl.SSLContext:
    """Return what verifies servers, as the environment says it now.

    Raises
    ------
    TransportError
        A variable names what holds no certificates.
    """
    return _context(*stamp())


def stamp() -> tuple[tuple[str, float], ...]:
    """Return what changes with the certificates: both variables, and the times of their files."""
    file, folders = map(_said, _VARIABLES)
    changed = sum(_changed(folder) for folder in folders.split(os.pathsep))
    return (file, _changed(file)), (folders, changed)


def _changed(name: str) -> float:
    try:
        return _path(name).stat().st_mtime if name else 0.0
    except (OSError, ValueError):
        return 0.0


def advice() -> str:
    """Return what to do where an authority is not known."""
    file, folder = map(_said, _VARIABLES)
    if file or folder:
        name = _VARIABLES[not file]
        return (
            f"{name} ({file or folder}) does not hold the authority that signed it: add its "
            f"certificate there, or take {name} away to use the system's."
        )
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if other := _said(name):
            return f"{name} is set, which counts elsewhere: set SSL_CERT_FILE to {other} as well."
    return (
        "Often a company's proxy or a virus scanner signs with an authority of its own: ask for "
        "its certificate as a PEM file, and set SSL_CERT_FILE to that file's path."
    )


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


@cache  # reading the certificates takes some 30 ms
def _context(file: tuple[str, float], folder: tuple[str, float]) -> ssl.SSLContext:
    made = _named(file[0], folder[0])
    # Python 3.13 refuses authorities that lack a field or two, as those of many companies do
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return made


def _named(file: str, folder: str) -> ssl.SSLContext:
    if file:
        return _from_file(file)
    return _from_folder(folder) if folder else _usual()


def _from_file(file: str) -> ssl.SSLContext:
    path = _path(file)
    try:
        if not path.exists():
            raise _unusable(f"SSL_CERT_FILE names {file}, and there is no such file.")
        if path.is_dir():
            raise _unusable(f"SSL_CERT_FILE names {file}, a folder: name the PEM file in it.")
        return ssl.create_default_context(cafile=str(path))
    except (ssl.SSLError, ValueError):
        problem = "which holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)."
    except OSError as error:
        problem = f"which cannot be read ({error.strerror})."
    raise _unusable(f"SSL_CERT_FILE names {file}, {problem}")


def _from_folder(folder: str) -> ssl.SSLContext:
    try:
        paths = [path for part in folder.split(os.pathsep) if (path := _path(part)).is_dir()]
    except OSError as error:
        problem = f"which cannot be read ({error.strerror})."
        raise _unusable(f"SSL_CERT_DIR names {folder}, {problem}") from None
    if not paths:
        raise _unusable(f"SSL_CERT_DIR names {folder}, and there is no such folder.")
    made = ssl.create_default_context(capath=str(paths[0]))
    for path in paths[1:]:
        made.load_verify_locations(capath=str(path))
    return made


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # whose home is not known
        return Path(name)


def _unusable(problem: str) -> TransportError:
    text = f"{problem} Correct the variable, or take it away to use the system's certificates."
    return TransportError("UnusableCertificates", text)


def _usual() -> Any:
    if sys.platform == "darwin" and importlib.util.find_spec("truststore") is not None:
        return importlib.import_module("truststore").SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        made = ssl.create_default_context()
        if importlib.util.find_spec("certifi") is not None:
            made.load_verify_locations(importlib.import_module("certifi").where())
    except (OSError, ImportError) as error:  # SSLError is one
        text = (
            f"The usual certificates cannot be read ({type(error).__name__}): install certifi anew "
            "(pip install --force-reinstall certifi), or set SSL_CERT_FILE to a PEM file."
        )
        raise TransportError("UnusableCertificates", text) from None
    return made
