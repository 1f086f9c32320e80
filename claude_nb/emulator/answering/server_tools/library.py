"""The web as the emulator knows it: a few texts of its own, at addresses that nobody has.

References
----------
RFC 6761: ``example.org`` is kept for documentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from claude_nb.emulator.answering.skills import words

__all__ = ["PAGES", "Page", "domains", "find", "permits", "search"]

_TITLE_WEIGHT = 3
_MOST_FOUND = 5


@dataclass(frozen=True, slots=True)
class Page:
    """One text.

    Attributes
    ----------
    url, title : str
        Where it stands, and what it is called.
    age : str
        As the API writes the age of a page.
    text : str
        All of it.
    """

    url: str
    title: str
    age: str
    text: str

    @property
    def names(self) -> set[str]:
        """The words it goes by: of its title, and the end of its address."""
        return set(words.plain(f"{self.title} {self.url.rsplit('/', 1)[-1]}"))


PAGES = (
    Page(
        "https://science.example.org/tides",
        "Why the sea rises twice a day",
        "March 3, 2026",
        "Tides are the slow rise and fall of the sea. The Moon pulls on the near side of the Earth "
        "more strongly than on the far side, and the difference stretches the oceans into two "
        "bulges. As the Earth turns under them, most coasts see two high tides in about 24 hours "
        "and 50 minutes. When Sun and Moon stand in one line, at new and full Moon, their pulls "
        "add up to a spring tide. At the quarters of the Moon they work against each other, and a "
        "neap tide is lower.",
    ),
    Page(
        "https://science.example.org/photosynthesis",
        "How leaves turn light into sugar",
        "January 18, 2026",
        "Photosynthesis stores the energy of light in sugar. Chlorophyll in the leaves absorbs red "
        "and blue light and lets green light pass. With that energy a plant splits water, gives "
        "off oxygen, and binds carbon dioxide from the air. Six molecules of carbon dioxide and "
        "six of water become one of glucose and six of oxygen.",
    ),
    Page(
        "https://history.example.org/printing",
        "Movable type in Mainz",
        "November 9, 2025",
        "Johannes Gutenberg printed with movable metal type in Mainz around 1450. Letters were "
        "cast one by one, set into lines, inked, and pressed on paper or vellum. His Bible of "
        "about 1455 has 42 lines on a page. Fifty years later presses worked in more than 200 "
        "towns of Europe.",
    ),
    Page(
        "https://docs.example.org/python/lists",
        "Lists in Python, in five minutes",
        "February 2, 2026",
        "A list in Python keeps values in order and can grow. Append adds one value at the end, "
        "and sorted returns a new list in order without touching the old one. A comprehension "
        "builds a list from another in one line. Looking for a value in a list takes longer the "
        "longer the list is; a set answers at once.",
    ),
    Page(
        "https://docs.example.org/jupyter/kernels",
        "What a Jupyter kernel does",
        "April 21, 2026",
        "A Jupyter kernel is the process that runs the code of a notebook. The page sends it a "
        "cell over a socket, and it sends back output, errors and pictures. Variables live as "
        "long as the kernel does; restarting it forgets them. An interrupt stops the running "
        "cell and keeps the variables.",
    ),
    Page(
        "https://weather.example.org/seasons",
        "Why there are seasons",
        "May 6, 2026",
        "Seasons come from the tilt of the Earth's axis, which is about 23.4 degrees. In June the "
        "northern half leans towards the Sun, days are long, and light falls steeply. In December "
        "it leans away. The distance to the Sun matters little: the Earth is nearest to it in "
        "early January, in the middle of the northern winter.",
    ),
    Page(
        "https://news.example.org/emulator",
        "An emulator answers, and says so",
        "June 1, 2026",
        "The emulator of claude_nb answers requests by rules on one machine. It has no network, so "
        "its searches find a handful of texts that came with it. Every answer says that it was "
        "emulated. The latest news it can offer is this page.",
    ),
)


def search(query: str, allowed: Sequence[str] = (), blocked: Sequence[str] = ()) -> list[Page]:
    """Return the pages that share words with a query, the best first.

    Parameters
    ----------
    query : str
        Words.
    allowed, blocked : sequence of str
        Domains to keep to, or to leave out.
    """
    asked = set(words.plain(query)) - words.STOP_WORDS
    open_pages = [page for page in PAGES if permits(page.url, allowed, blocked)]
    scored = [(_score(page, asked), page) for page in open_pages]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [page for _, page in ranked[:_MOST_FOUND]]


def _score(page: Page, asked: set[str]) -> int:
    return _TITLE_WEIGHT * len(asked & page.names) + len(asked & set(words.plain(page.text)))


def find(url: str) -> Page | None:
    """Return the page at an address, with or without a slash at its end."""
    return next((page for page in PAGES if page.url == url.rstrip("/").split("#")[0]), None)


def domains(tool: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the hosts that a tool may go to, all if there are none, and those it may not."""
    return tool.get("allowed_domains") or (), tool.get("blocked_domains") or ()


def permits(url: str, allowed: Sequence[str], blocked: Sequence[str]) -> bool:
    """Tell whether lists of domains let an address through; a domain holds its subdomains."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    place = f"{parts.hostname or ''}{parts.path}"
    if allowed:
        return any(_covers(domain, place) for domain in allowed)
    return not any(_covers(domain, place) for domain in blocked)


def _covers(domain: str, place: str) -> bool:
    host, _, path = domain.lower().removeprefix("https://").partition("/")
    found, _, rest = place.partition("/")
    return (found == host or found.endswith(f".{host}")) and rest.startswith(path)
