"""Whether this Python can start threads: one that runs in a web page (Pyodide) cannot.

There everything happens in the one thread that runs the cell, and there are no sockets either.
"""

import sys

__all__ = ["AVAILABLE"]

AVAILABLE = sys.platform != "emscripten"
