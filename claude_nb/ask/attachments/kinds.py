"""What a file is that the API does not take, by its first bytes, and what to do with it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Kind", "other_kind"]

_AS_PNG = "save it as PNG or JPEG; with Pillow installed that is done for you"
_AS_JPEG = "save it as JPEG; with Pillow and pillow-heif installed that is done for you"
_ITS_TEXT = "attach the text that it was made from"
_NO_SOUND = "Claude takes no sound or video: attach pictures of it, or a text of what is said"


class Kind(NamedTuple):
    """A kind of file.

    Attributes
    ----------
    name : str
        What it is, with its article.
    advice : str
        What to do.
    picture : bool
        Whether Pillow may be able to read it.
    """

    name: str
    advice: str
    picture: bool = False


_BY_START = (
    (b"PK\x03\x04", Kind("a zip or Office file", "save it as PDF, or as text")),
    (b"\xd0\xcf\x11\xe0", Kind("an old Office file", "save it as PDF, or as text")),
    (b"\x1f\x8b", Kind("a gzip file", "unpack it first")),
    (b"BZh", Kind("a bzip2 file", "unpack it first")),
    (b"\xfd7zXZ", Kind("an xz file", "unpack it first")),
    (b"7z\xbc\xaf", Kind("a 7z file", "unpack it first")),
    (b"Rar!", Kind("a RAR file", "unpack it first")),
    (b"II*\0", Kind("a TIFF image", _AS_PNG, picture=True)),
    (b"MM\0*", Kind("a TIFF image", _AS_PNG, picture=True)),
    (b"8BPS", Kind("a Photoshop image", _AS_PNG, picture=True)),
    (b"\0\0\x01\0", Kind("an icon", _AS_PNG, picture=True)),
    (b"\0\0\0\x0cjP  ", Kind("a JPEG 2000 image", _AS_PNG, picture=True)),
    (b"\xff\x0a", Kind("a JPEG XL image", "save it as PNG or JPEG")),
    (b"\xffWPC", Kind("a WordPerfect file", "save it as PDF, or as text")),
    (b"ID3", Kind("an MP3 file", _NO_SOUND)),
    (b"OggS", Kind("an Ogg file", _NO_SOUND)),
    (b"fLaC", Kind("a FLAC file", _NO_SOUND)),
    (b"\x1aE\xdf\xa3", Kind("a Matroska or WebM video", _NO_SOUND)),
    (b"PAR1", Kind("a Parquet file", "read it with pandas, and attach the frame")),
    (b"ARROW1", Kind("an Arrow file", "read it with pandas, and attach the frame")),
    (b"\x89HDF", Kind("an HDF5 file", "read what you need of it, and attach that")),
    (b"SQLite format 3", Kind("an SQLite database", "attach what a query gives")),
    (b"\x93NUMPY", Kind("a numpy file", "load it, and attach the array")),
    *(
        (b"\x80" + bytes([n]), Kind("a pickle", "load it, and attach what is in it"))
        for n in range(2, 6)
    ),
    (b"\x28\xb5\x2f\xfd", Kind("a zstd file", "unpack it first")),
    (b"FEA1", Kind("a Feather file", "read it with pandas, and attach the frame")),
    (b"ORC", Kind("an ORC file", "read it with pandas, and attach the frame")),
    (b"Obj\x01", Kind("an Avro file", "read it, and attach its rows")),
    (b"$FL2", Kind("an SPSS file", "read it with pandas, and attach the frame")),
    (b"CDF", Kind("a NetCDF file", "read what you need of it, and attach that")),
    (b"MATLAB 5.0 MAT-file", Kind("a MATLAB file", "read what you need of it, and attach that")),
    (b"GGUF", Kind("a model's weights", "attach what you want to know of them")),
    *(
        (start, Kind("a program", _ITS_TEXT))
        for start in (b"\x7fELF", b"MZ\x90\0", b"\xcf\xfa\xed\xfe")
    ),
    *((start, Kind("compiled code", _ITS_TEXT)) for start in (b"\0asm", b"\xca\xfe\xba\xbe")),
    *((start, Kind("a font", "attach a picture of it")) for start in (b"wOFF", b"wOF2", b"OTTO")),
    *((start, Kind("an MP3 file", _NO_SOUND)) for start in (b"\xff\xfb", b"\xff\xf3")),
)
_FURTHER_IN = (
    (128, b"DICM", Kind("a DICOM image", "save it as PNG or JPEG")),
    (257, b"ustar", Kind("a tar file", "unpack it first")),
)
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def other_kind(data: bytes) -> Kind | None:
    """Return the kind of a binary file that the API does not take; None if it may be text."""
    if data[4:8] == b"ftyp":
        return _boxed(data[8:12])
    if data[:4] == b"RIFF":
        sound = data[8:12] == b"WAVE"
        return Kind("a WAV file" if sound else "an AVI video", _NO_SOUND)
    if data[:2] == b"BM" and b"\0" in data[:14]:
        return Kind("a BMP image", _AS_PNG, picture=True)
    further = (kind for at, mark, kind in _FURTHER_IN if data.startswith(mark, at))
    found = (kind for start, kind in _BY_START if data.startswith(start))
    return next(found, None) or next(further, None)


def _boxed(brand: bytes) -> Kind:
    if brand in _HEIC:
        return Kind("an HEIC photo", _AS_JPEG, picture=True)
    if brand in (b"avif", b"avis"):
        return Kind("an AVIF image", _AS_PNG, picture=True)
    return Kind("a video or sound file (MP4, MOV, M4A)", _NO_SOUND)
