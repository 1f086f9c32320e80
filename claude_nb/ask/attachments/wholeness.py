"""Whether a picture or a PDF is all there: half of one is sent by nobody on purpose.

References
----------
ITU-T T.81 (JPEG), annex B; PNG specification; GIF89a; RIFF container of WebP; PDF 1.7, 7.5.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["cut_off"]

_SCAN, _END = 0xDA, 0xD9  # markers of JPEG
_BARE = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})  # those without a length
_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B  # how the parts of a GIF begin


def cut_off(kind: str, data: bytes) -> bool:
    """Return whether a file ends before it should.

    Parameters
    ----------
    kind : str
        Its media type.
    data : bytes
        The file. What stands behind its end, as phones put it there, is no matter.
    """
    whole = _WHOLE.get(kind)
    try:
        return whole is not None and not whole(data)
    except IndexError:
        return True


def _jpeg(data: bytes) -> bool:
    at = 2
    while (marker := data[at + 1]) not in (_SCAN, _END):
        at += 1 if marker in _BARE else 2 + int.from_bytes(data[at + 2 : at + 4])
    return marker == _END or data.find(b"\xff\xd9", at) >= 0


def _gif(data: bytes) -> bool:
    at = 13 + _colours(data[10])
    while data[at] != _TRAILER:
        if data[at] == _EXTENSION:
            at = _after_blocks(data, at + 2)
        elif data[at] == _FRAME:
            at = _after_blocks(data, at + 11 + _colours(data[at + 9]))
        else:
            return True  # of a kind that only the server may know
    return True


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _pdf(data: bytes) -> bool:
    end = data.rfind(b"%%EOF")
    return data.rfind(b"endobj") <= end or b"startxref" in data[max(end, 0) :]


_WHOLE: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": _pdf,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/png": lambda data: b"IEND\xaeB`\x82" in data,
    "image/webp": lambda data: len(data) >= int.from_bytes(data[4:8], "little") + 8,
}
