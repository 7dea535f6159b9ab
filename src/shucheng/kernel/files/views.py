"""Hand a stored file to a browser, as something to save and never to run."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from shucheng.kernel.actor import Actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.files.kinds import MEDIA_TYPES
from shucheng.kernel.files.models import StoredFile
from shucheng.kernel.files.queries import file_for
from shucheng.kernel.identity.actors import actor_for


@require_GET
def download(request: HttpRequest, file_id: int) -> HttpResponse:
    actor = actor_for(request)
    return handed_out(file_for(file_id, actor=actor), actor=actor)


def handed_out(stored: StoredFile, *, actor: Actor) -> HttpResponse:
    """The answer that carries a file; who may have it was asked before. It is written down."""
    response = HttpResponse(stored.read(), content_type=MEDIA_TYPES[stored.kind])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    record("files.file.opened", stored, actor=actor, sha256=stored.sha256)
    return response
