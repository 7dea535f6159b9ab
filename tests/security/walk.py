"""Every address and every API operation, asked as everybody, and what came of it in one word."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.security.samples import NOBODY, STRANGER, Samples

from shucheng.kernel.actor import Role
from shucheng.web.api import api

EVERYBODY = ("anonymous", NOBODY, *(role.value for role in Role), STRANGER)
OUTCOMES = {
    401: "sign in",
    403: "refused",
    404: "absent",
    405: "wrong method",
    400: "invalid",
    409: "conflict",
    422: "invalid",
    429: "too often",
}
# Nobody asks from the machine itself (an address of RFC 5737).
ELSEWHERE = "203.0.113.50"
_WITH_BODY = {"post", "put", "patch"}


@dataclass(frozen=True)
class Probe:
    """One thing to ask: `name` is its line in the table."""

    name: str
    method: str
    path: str
    json: str | None = None
    form: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def probes(samples: Samples) -> Iterator[Probe]:
    yield from _pages(samples)
    yield from _operations(samples)


def outcomes(probe: Probe, samples: Samples) -> dict[str, list[str]]:
    """Who gets what: {"ok": [...], "refused": [...]}."""
    found: dict[str, list[str]] = {}
    for who in EVERYBODY:
        found.setdefault(_ask(probe, who, samples), []).append(who)
    return found


def _pages(samples: Samples) -> Iterator[Probe]:
    for route, pattern, namespace in _patterns(get_resolver().url_patterns):
        if route.startswith("api/") or pattern.name is None:
            continue
        view = f"{namespace}:{pattern.name}" if namespace else pattern.name
        kwargs = {name: samples.of(view, name) for name in pattern.pattern.converters}
        path = reverse(view, kwargs=kwargs)
        form = {**samples.form, **samples.forms.get(route, {})}
        yield Probe(f"GET /{route}", "get", path)
        yield Probe(f"POST /{route}", "post", path, form=form)
    # The API's own pages: its document and the reader of it.
    for name in ("openapi-json", "openapi-view"):
        path = reverse(f"api:{name}")
        yield Probe(f"GET {path}", "get", path)


def _patterns(
    patterns: list[Any], prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, URLPattern, str]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from _patterns(entry.url_patterns, route, inner)
        else:
            yield route, entry, namespace


def _operations(samples: Samples) -> Iterator[Probe]:
    schema = api.get_openapi_schema()
    root = reverse("api:api-root").rstrip("/")
    for template, methods in schema["paths"].items():
        short = template.removeprefix(root)
        for method, operation in methods.items():
            path, query, headers = template, {}, {}
            for parameter in operation.get("parameters", ()):
                name = parameter["name"]
                if parameter["in"] == "path":
                    path = path.replace(f"{{{name}}}", str(_of(samples, method, short, name)))
                elif parameter["in"] == "header" and parameter.get("required"):
                    headers[name] = str(samples.body[name])
                elif parameter.get("required"):
                    own = samples.address.get((short, name))
                    query[name] = samples.body[name] if own is None else own
            body = form = None
            if method in _WITH_BODY and "requestBody" in operation:
                content = operation["requestBody"]["content"]
                if "application/json" in content:
                    example = content["application/json"]["schema"]
                    body = json.dumps(_example(example, schema, samples.body))
                else:
                    form = samples.forms[short]
            asked = "&".join(f"{name}={value}" for name, value in query.items())
            full = f"{path}?{asked}" if asked else path
            yield Probe(f"{method.upper()} {template}", method, full, body, form, headers)


def _of(samples: Samples, method: str, path: str, name: str) -> Any:
    own = (f"{method.upper()} {path}", name)
    return samples.address[own] if own in samples.address else samples.of(path, name)


def _example(schema: dict[str, Any], document: dict[str, Any], known: Any, name: str = "") -> Any:
    """A body with everything that is required, made of the samples' values."""
    if name in known:
        return known[name]
    if "$ref" in schema:
        resolved = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            resolved = resolved[step]
        return _example(resolved, document, known)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], document, known)
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {
            needed: _example(properties[needed], document, known, needed)
            for needed in schema.get("required", ())
        }
    if kind == "array":
        return [_example(schema["items"], document, known)]
    return {"string": "sample", "integer": 1, "number": 1, "boolean": False}.get(kind or "")


def _ask(probe: Probe, who: str, samples: Samples) -> str:
    """Ask as somebody, and take back whatever was changed."""
    cache.clear()
    client = Client(raise_request_exception=False, REMOTE_ADDR=ELSEWHERE)
    headers = dict(probe.headers)
    if who == Role.SERVICE.value:
        # Programs have no browser; on pages they are strangers.
        headers["Authorization"] = f"Bearer {samples.service_secret}"
    with transaction.atomic():
        if who not in {"anonymous", Role.SERVICE.value}:
            client.force_login(samples.people[who])
        send = getattr(client, probe.method)
        if probe.json is not None:
            kind = "application/json"
            response = send(probe.path, data=probe.json, content_type=kind, headers=headers)
        else:
            response = send(probe.path, data=_with_files(probe.form), headers=headers)
        if response.streaming:
            # Read to the end, which is what closes the file behind it.
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    if probe.path == "/readyz":
        # Ready or not depends on the machine; who may ask does not.
        return "ok" if response.status_code in {200, 503} else _in_a_word(response)
    return _in_a_word(response)


def _with_files(form: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Uploads are (name, content); each request reads its own."""
    if form is None:
        return None
    return {
        name: SimpleUploadedFile(*value) if isinstance(value, tuple) else value
        for name, value in form.items()
    }


def _in_a_word(response: HttpResponseBase) -> str:
    status = response.status_code
    if status >= 500:
        return f"DEFECT {status}"
    if status in {301, 302, 303}:
        target = response.headers["Location"]
        return "sign in" if target.startswith("/accounts/login/") else "moved"
    return OUTCOMES.get(status, "ok")
