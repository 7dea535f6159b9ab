"""The files of deploy/ as they are: real nginx with TLS before real web servers."""

import re
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from tests.deployment import Deployments, eventually
from tests.operations.site import HOST, Site, kill_tree, running_site

pytestmark = pytest.mark.slow

SIGN_IN = "/accounts/login/"


@pytest.fixture(scope="module", autouse=True)
def _the_name_leads_to_this_machine() -> Iterator[None]:
    original = socket.getaddrinfo

    def resolve(host: object, *rest: object, **more: object) -> object:
        return original("127.0.0.1" if host == HOST else host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        yield


@pytest.fixture(scope="module")
def site(deployments: Deployments, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(deployments.make("sqlite"), tmp_path_factory.mktemp("site")) as site:
        yield site


def test_plain_http_leads_to_https(site: Site) -> None:
    answer = requests.get(f"http://{HOST}:{site.http}/plan/?a=1", allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{HOST}/plan/?a=1")


def test_a_page_comes_with_each_protective_header_once(site: Site) -> None:
    with site.session() as session:
        answer = session.get(site.url(SIGN_IN), timeout=30)
        sent = answer.raw.headers
    assert answer.status_code == 200
    for name, part in {
        "Strict-Transport-Security": "max-age=31536000",
        "Content-Security-Policy": "frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "X-Request-ID": "",
    }.items():
        assert len(sent.getlist(name)) == 1, name
        assert part in sent[name]
    assert answer.headers["Server"] == "nginx"
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.headers["Content-Encoding"] == "gzip"


def test_one_request_has_one_id_in_the_answer_and_in_both_logs(site: Site) -> None:
    answer = site.get(f"{SIGN_IN}?next=/secret-place/")
    request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    eventually(lambda: any(line["request_id"] == request_id for line in site.log()))
    [line] = [line for line in site.log() if line["request_id"] == request_id]
    assert (line["method"], line["path"], line["status"]) == ("GET", SIGN_IN, 200)
    assert "secret-place" not in (site.folder / "access.log").read_text()
    eventually(lambda: any(f'"request_id": "{request_id}"' in web.text() for web in site.web))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_tls_is_spoken(site: Site, version: ssl.TLSVersion) -> None:
    assert handshake(site, version) == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(site: Site, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(site, version)


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA"])
def test_weak_ciphers_are_refused(site: Site, ciphers: str) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(site, ssl.TLSVersion.TLSv1_2, ciphers=f"{ciphers}:@SECLEVEL=0")


def test_who_does_not_know_the_name_gets_no_answer(site: Site) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(site, ssl.TLSVersion.TLSv1_3, name="other.example.com")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{site.http}/", timeout=10)


def test_static_files_are_compressed_and_kept_for_long(site: Site) -> None:
    style = re.search(r'href="(/static/[^"]+\.css)"', site.get(SIGN_IN).text)
    assert style is not None
    first, second = site.get(style[1]), site.get(style[1])
    assert first.status_code == second.status_code == 200
    assert first.text == second.text
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert second.headers["Content-Encoding"] == "gzip"
    assert "immutable" in second.headers["Cache-Control"]
    assert "text/css" in second.headers["Content-Type"]
    assert second.headers["X-Content-Type-Options"] == "nosniff"
    # The second came out of nginx's own store.
    asked = [line for line in site.log() if line["path"] == style[1]]
    assert asked[-1]["upstream"] == ""


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/plan/load/", "text/html; charset=utf-8", "文件太大"),
        ("/api/v1/observations", "application/problem+json", "upload.too_large"),
    ],
)
def test_an_upload_above_the_limit_gets_a_clear_answer(
    site: Site, path: str, kind: str, words: str
) -> None:
    with site.session() as session:
        request = requests.Request("POST", site.url(path), data=b"").prepare()
        request.headers["Content-Length"] = str(53 * 1024 * 1024)
        answer = session.send(request, timeout=30)
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, kind)
    assert words in answer.content.decode()
    assert answer.headers["Strict-Transport-Security"]


def test_what_a_stranger_claims_about_its_address_is_not_believed(site: Site) -> None:
    with site.session() as session:
        assert try_to_sign_in(site, session, {"X-Forwarded-For": "6.6.6.6"}).status_code == 200
    entries = "SELECT DISTINCT address FROM audit_auditentry WHERE code LIKE 'identity.sign_in%'"
    assert site.deployment.query(entries) == [("127.0.0.1",)]


def test_a_flood_of_passwords_is_slowed_down(site: Site) -> None:
    with site.session() as session, ThreadPoolExecutor(8) as several:
        page = session.get(site.url(SIGN_IN), timeout=30)
        send = lambda _: session.post(page.url, {"login": "x"}, timeout=30).status_code  # noqa: E731
        codes = list(several.map(send, range(40)))
    assert codes.count(429) >= 10
    # Who only reads is not slowed down with them.
    assert site.get(SIGN_IN).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_machines_ask_is_not_open_to_the_outside(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404
    inside = requests.get(f"http://127.0.0.1:{site.ports[0]}{path}", timeout=30)
    assert inside.status_code == (200 if path == "/metrics" else 503)


def test_a_web_server_that_dies_is_not_noticed_and_both_are_explained(site: Site) -> None:
    kill_tree(site.web[0])
    with ThreadPoolExecutor(4) as several:
        codes = set(several.map(lambda _: site.get(SIGN_IN).status_code, range(40)))
    assert codes == {200}
    kill_tree(site.web[1])
    answer = site.get("/")
    assert answer.status_code == 502
    assert "平台暂时无法应答" in answer.content.decode()
    assert len(answer.headers["X-Request-ID"]) == 32


def try_to_sign_in(
    site: Site, session: requests.Session, headers: dict[str, str]
) -> requests.Response:
    page = session.get(site.url(SIGN_IN), timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token is not None
    form = {"login": "nobody", "password": "nothing", "csrfmiddlewaretoken": token[1]}
    return session.post(page.url, form, headers={**headers, "Referer": page.url}, timeout=30)


def handshake(
    site: Site, version: ssl.TLSVersion, name: str = HOST, ciphers: str = "ALL:@SECLEVEL=0"
) -> str | None:
    context = ssl.create_default_context(cafile=str(site.certificate))
    context.check_hostname = name == HOST
    context.minimum_version = context.maximum_version = version
    # Else our own side would refuse what is weak before the server can.
    context.set_ciphers(ciphers)
    with (
        socket.create_connection(("127.0.0.1", site.https), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return secure.version()
