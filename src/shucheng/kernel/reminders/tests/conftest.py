"""A receiver as the three messengers have one: a real server that keeps what it was sent."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SENT = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Receiver:
    """`answers` are given one after another, the last one again and again."""

    address: str = ""
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        self.answers.append((status, body, headers))


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.paths.append(self.path)
            kept.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
            kept.bodies.append(json.loads(kept.raw[-1]))
            given = kept.answers or [(200, SENT, {})]
            status, body, headers = given.pop(0) if len(given) > 1 else given[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.ROBOT_HOSTS = ["qyapi.weixin.qq.com", "127.0.0.0/8"]
        kept.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
