"""Tables of pages as files."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from shucheng.bays.statistics.actions.exporting_tables import export_table
from shucheng.bays.statistics.engine.table_files import FORMS
from shucheng.kernel.public import actor_for

FILES = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}
"""What a page's table leaves as, by the names on its buttons."""


@require_safe
def table(
    request: HttpRequest, name: str, form: str, code: str = "", area: str = ""
) -> HttpResponse:
    """A table as its page shows it with the same query; `code` of an index, `area` in it."""
    asked = request.GET.dict() | ({"code": code} if code else {}) | ({"area": area} if area else {})
    return _file(request, name, asked, form)


@require_safe
def behind(request: HttpRequest, observation_id: int, form: str) -> HttpResponse:
    """The firms behind a figure."""
    return _file(request, "behind", {"observation": str(observation_id)}, form)


def _file(request: HttpRequest, name: str, asked: dict[str, str], form: str) -> HttpResponse:
    file, content = export_table(name, asked, form, actor=actor_for(request))
    headers = {"Content-Disposition": content_disposition_header(True, file) or ""}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)
