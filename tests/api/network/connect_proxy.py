"""A server with a certificate, and a proxy that leads to it by CONNECT, both on loopback."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from scripted_server import ScriptedServer

TLS = Path(__file__).parents[2] / "samples" / "tls"
HANDSHAKE = b"\x16"  # how TLS begins
AUTHORITY = TLS / "authority.pem"


class TLSServer(ScriptedServer):
    """Speaks TLS, as a.example with a certificate of the test's own authority."""

    def __init__(self, certificate: str = "server") -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(TLS / f"{certificate}.pem")
        super().__init__()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # who does not trust it ends the handshake
            super()._serve(self._tls.wrap_socket(connection, server_side=True))


class ConnectProxy(ScriptedServer):
    """Leads every CONNECT to one server, or answers it with a status.

    Attributes
    ----------
    heard : list of (str, str)
        What was asked for, and with which ``proxy-authorization``.
    answer : str
        What every CONNECT gets; it leads on only after a 200.
    """

    def __init__(self, to: ScriptedServer, answer: str = "200 OK", login: str = "") -> None:
        self.heard: list[tuple[str, str]] = []
        self.answer = answer
        self._login, self._to = login, to.port
        super().__init__()
        self.host = f"127.0.0.1:{self.port}"

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = connection.recv(1)
                if not piece or piece in HANDSHAKE * (not head):
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
                head += piece
            answer = self._answered(head.decode())
            connection.sendall(f"HTTP/1.1 {answer}\r\n\r\n".encode())
            if answer.startswith("200"):
                self._lead(connection)

    def _answered(self, head: str) -> str:
        first, *fields = head.split("\r\n")
        login = next((f.split(": ")[1] for f in fields if f.lower().startswith("proxy-auth")), "")
        self.heard.append((first.split()[1], login))
        wrong = self._login and login != self._login
        return "407 Proxy Authentication Required" if wrong else self.answer

    def _lead(self, connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._to)) as server:
            back = threading.Thread(target=_copy, args=(server, connection), daemon=True)
            back.start()
            _copy(connection, server)
            back.join()


def _copy(source: Any, target: Any) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
