"""A web server for one reader on the same machine.

It listens on the loopback interface only. Every address begins with a token that nobody can guess,
and each request must come from the page itself: with the right Host, so that no name of another's
can be made to point here (DNS rebinding), and without the Origin of another page.
"""

import json
import secrets
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from paxiom.model_check.codec import Json
from paxiom.model_check.explorer import seeking
from paxiom.model_check.explorer.session import PathError, Session
from paxiom.model_check.model import ModelError
from paxiom.model_check.page import page

HOST = "127.0.0.1"
TOKEN_BYTES = 24
REQUEST_MAX = 200_000  # bytes
PATIENCE = 30  # seconds that a silent connection is kept
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class RequestError(Exception):
    """A request is not one of ours; the message says why."""


class Server(ThreadingHTTPServer):
    """Serves a session at an address of its own."""

    daemon_threads = True

    def __init__(self, session: Session, port: int) -> None:
        """Listen; port 0 is any that is free."""
        super().__init__((HOST, port), Handler)
        self.session = session
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.search: seeking.Search | None = None

    @property
    def origin(self) -> str:
        """Where pages of ours come from."""
        return f"http://{HOST}:{self.server_port}"

    @property
    def address(self) -> str:
        """Where the reader is to go."""
        return f"{self.origin}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Take no notice of a browser that went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    # --- what can be asked ---------------------------------------------------------------------

    def index(self) -> str:
        """The page, at the initial state."""
        data = self.session.shown(()) | {"goals": seeking.goals(self.session.model)}
        return page(data, start="explore.js", connects=True)

    def run(self, asked: dict[str, Json]) -> Json:
        """The run along a path."""
        return self.session.shown(_path(asked))

    def choices(self, asked: dict[str, Json]) -> Json:
        """What can happen at the end of a path."""
        return self.session.choices(_path(asked))

    def seek(self, asked: dict[str, Json]) -> Json:
        """Begin a search, in the place of the one before."""
        self.cancel({})
        self.search = seeking.begin(self.session, str(asked.get("goal")), _path(asked))
        return self.search.told()

    def progress(self, asked: dict[str, Json]) -> Json:
        """How far the search is."""
        del asked
        return self.search and self.search.told()

    def cancel(self, asked: dict[str, Json]) -> Json:
        """Stop the search."""
        if self.search:
            self.search.stop.set()
        return self.progress(asked)


def _path(asked: dict[str, Json]) -> list[int]:
    path = asked.get("path")
    if not isinstance(path, list) or not all(type(each) is int for each in path):
        msg = "a path is a list of whole numbers"
        raise RequestError(msg)
    return path


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "paxiom"
    sys_version = ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Give the page."""
        if not self._is_ours():
            return
        if self._name():
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        try:
            self._answer(HTTPStatus.OK, self.server.index().encode(), "text/html")
        except ModelError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, str(error).encode(), "text/plain")

    def do_POST(self) -> None:
        """Answer a question of the page."""
        if not self._is_ours():
            return
        questions: dict[str, Callable[[dict[str, Json]], Json]] = {
            "run": self.server.run,
            "choices": self.server.choices,
            "seek": self.server.seek,
            "progress": self.server.progress,
            "cancel": self.server.cancel,
        }
        question = questions.get(self._name() or "")
        if question is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        try:
            self._tell(HTTPStatus.OK, question(self._asked()))
        except (ModelError, PathError, RequestError, seeking.UnknownGoalError) as error:
            self._tell(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        except Exception as error:  # noqa: BLE001 - told to the reader, and on the terminal
            traceback.print_exc()
            told = f"paxiom itself is at fault: {type(error).__name__}: {error}"
            self._tell(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": told})

    # --- whom to answer ------------------------------------------------------------------------

    def _is_ours(self) -> bool:
        """Refuse whatever does not come from the page."""
        hosts = (f"{HOST}:{self.server.server_port}", f"localhost:{self.server.server_port}")
        origins = (None, *(f"http://{host}" for host in hosts))
        if self.headers.get("Host") not in hosts or self.headers.get("Origin") not in origins:
            self._refuse(HTTPStatus.FORBIDDEN)
            return False
        if self._name() is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return False
        return True

    def _name(self) -> str | None:
        """What is asked for; None without the token."""
        parts = self.path.split("/")
        if len(parts) != 3 or parts[0]:  # noqa: PLR2004 - "", token, name
            return None
        is_token = secrets.compare_digest(parts[1].encode(), self.server.token.encode())
        return parts[2] if is_token else None

    def _asked(self) -> dict[str, Json]:
        """Read what a question says."""
        length = self.headers.get("Content-Length", "")
        closes, self.close_connection = self.close_connection, True  # until all of it is read
        if self.headers.get("Content-Type") != "application/json" or not length.isdecimal():
            msg = "a question is JSON, of a length that is said"
            raise RequestError(msg)
        if int(length) > REQUEST_MAX:
            msg = f"a question has at most {REQUEST_MAX:,} bytes"
            raise RequestError(msg)
        content = self.rfile.read(int(length))
        self.close_connection = closes
        try:
            asked = json.loads(content)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            msg = "a question is a JSON object"
            raise RequestError(msg)
        return asked

    # --- answers -------------------------------------------------------------------------------

    def _tell(self, status: HTTPStatus, answer: Json) -> None:
        self._answer(status, json.dumps(answer).encode(), "application/json")

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # whatever else it sends is not read
        self._answer(status, status.phrase.encode(), "text/plain")

    def _answer(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as http.server has it
        """Say nothing of requests: the address has the token in it."""
