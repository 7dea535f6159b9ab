"""What the plan office types when it decides; the actions say whether it is right."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shucheng.plan.open_data.models import LICENCES, Release
from shucheng.plan.open_data.queries import city_areas


class ReleaseForm(forms.Form):
    licence = forms.ChoiceField(label=_("Licence"), choices=LICENCES)
    areas = forms.MultipleChoiceField(
        label=_("Areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(area.code, area.label) for area in city_areas()],
        help_text=_("None chosen: all of them."),
    )
    from_period = forms.CharField(
        label=_("From period"),
        required=False,
        max_length=10,
        help_text=_("2025, 2025-Q3 or 2025-09; empty: from the first on."),
    )
    note = forms.CharField(
        label=_("Note for readers"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = forms.CharField(
        label=_("Reason of the decision"),
        max_length=500,
        help_text=_("Such as the minutes that decided it; kept with the decision."),
    )

    def __init__(self, *args: object, release: Release | None = None, **kwargs: object) -> None:
        if release is not None:
            kwargs["initial"] = {
                "licence": release.licence,
                "areas": release.areas,
                "from_period": release.from_period,
                "note": release.note,
            }
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
