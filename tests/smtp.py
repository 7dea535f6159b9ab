"""A mail server that keeps what it was sent: as much of SMTP as a mail needs (RFC 5321)."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@contextmanager
def smtp_server(settings: Any) -> Iterator[list[EmailMessage]]:
    """The platform's mail goes to this server while the block runs."""
    messages: list[EmailMessage] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline():
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    content = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        content += part
                    message = message_from_bytes(content, policy=policy.default)
                    assert isinstance(message, EmailMessage)
                    messages.append(message)
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        settings.EMAIL_CONFIGURED = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.DEFAULT_FROM_EMAIL = "shucheng@city.example"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield messages
        server.shutdown()
        thread.join()
