"""Signing in through an OpenID Connect provider, tried against one that runs in a thread."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.actions.people import deactivate_person
from shucheng.kernel.identity.models import Person

LOGIN = "/accounts/oidc/sso/login/"
CALLBACK = "/accounts/oidc/sso/login/callback/"


@dataclass
class Issuer:
    """A throw-away provider: discovery, keys, token and userinfo."""

    claims: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    audience: str = "shucheng"
    challenge: str = ""
    asked: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def answer(self, path: str, sent: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            return 200, self.claims
        if path == "/token" and self._proven(sent):
            return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}
        return 400, {"error": "invalid_grant"}

    def id_token(self) -> str:
        now = int(time.time())
        times = {"iat": now, "exp": now + 60}
        payload = {**self.claims, **times, "iss": self.address, "aud": self.audience}
        return jwt.encode(payload, self.key, "RS256", headers={"kid": "one"})

    def _proven(self, sent: dict[str, list[str]]) -> bool:
        """The client knows its secret and the verifier of the challenge it sent (PKCE)."""
        verifier = sent.get("code_verifier", [""])[0]
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return sent.get("client_secret") == ["s3cret"] and challenge == self.challenge


@pytest.fixture
def issuer(settings) -> Iterator[Issuer]:
    issuer = Issuer({"sub": "u-1", "preferred_username": "Wang", "name": "王"})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._reply(parse_qs(self.rfile.read(length).decode()))

        def _reply(self, sent: dict[str, list[str]]) -> None:
            status, document = issuer.answer(urlsplit(self.path).path, sent)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app = {
        "provider_id": "sso",
        "name": "统一身份认证",
        "client_id": "shucheng",
        "secret": "s3cret",
        "settings": {"server_url": issuer.address},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
    }
    yield issuer
    server.shutdown()
    server.server_close()
    thread.join()


def sign_in(browser: Client, issuer: Issuer, **changes: str):
    """Follow the browser to the provider and back."""
    sent = browser.post(LOGIN)
    assert sent.url.startswith(f"{issuer.address}/authorize?")
    asked = parse_qs(urlsplit(sent.url).query)
    issuer.challenge = asked["code_challenge"][0]
    back = {"code": "c", "state": asked["state"][0], **changes}
    return browser.get(CALLBACK, back)


def test_the_sign_in_page_offers_the_provider(client, issuer, db):
    assert "统一身份认证" in client.get("/accounts/login/").content.decode()


def test_who_has_an_account_is_signed_in_and_linked(client, issuer, make_person):
    person = make_person("wang", Role.LIAISON)
    assert sign_in(client, issuer).status_code == 302
    assert client.get("/organisations/").status_code == 200
    assert AuditEntry.objects.get(code="identity.person.linked").person_id == person.pk
    # Linked by subject from now on: another name at the provider changes nothing.
    issuer.claims["preferred_username"] = "renamed"
    again = Client()
    sign_in(again, issuer)
    assert again.get("/organisations/").status_code == 200


def test_who_has_no_account_is_told_so_and_none_is_made(client, issuer, db):
    response = sign_in(client, issuer)
    assert "account/signup_closed.html" in [t.name for t in response.templates]
    assert not Person.objects.exists()
    assert AuditEntry.objects.filter(error_code="sign_in.unknown_at_provider").exists()


def test_a_closed_account_is_not_opened_by_the_provider(client, issuer, make_person):
    make_person("boss", Role.ADMINISTRATOR)
    person = make_person("wang", Role.LIAISON)
    deactivate_person(person.pk, actor=system_actor("cli"))
    assert sign_in(client, issuer).url == "/accounts/inactive/"
    assert client.get("/organisations/").status_code == 302


def test_a_service_account_is_not_opened_by_the_provider(client, issuer, make_person):
    make_person("wang", Role.SERVICE)
    sign_in(client, issuer)
    assert client.get("/organisations/").status_code == 302


def test_a_management_role_still_needs_its_second_factor(client, issuer, make_person, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    make_person("wang", Role.ADMINISTRATOR)
    sign_in(client, issuer)
    assert client.get("/organisations/").url == "/accounts/2fa/totp/activate/"


def test_an_answer_to_a_question_never_asked_is_refused(client, issuer, make_person):
    make_person("wang", Role.LIAISON)
    sign_in(client, issuer, state="forged")
    assert client.get("/organisations/").status_code == 302


def test_a_token_for_somebody_else_is_refused(client, issuer, make_person):
    make_person("wang", Role.LIAISON)
    issuer.audience = "another-platform"
    response = sign_in(client, issuer)
    assert "socialaccount/authentication_error.html" in [t.name for t in response.templates]
    assert client.get("/organisations/").status_code == 302


def test_a_provider_that_refuses_leads_to_a_clear_page(client, issuer, db):
    asked = client.post(LOGIN)
    issuer.challenge = "another"
    state = parse_qs(urlsplit(asked.url).query)["state"][0]
    response = client.get(CALLBACK, {"code": "c", "state": state})
    assert "socialaccount/authentication_error.html" in [t.name for t in response.templates]
    assert AuditEntry.objects.filter(error_code="sign_in.provider_failed").exists()


def test_without_a_provider_its_pages_do_not_exist(client, settings, db):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert client.post(LOGIN).status_code == 404
