"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "data.case.moved": _("Step of a case"),
    "data.case.opened": _("Case opened"),
    "data.certificate.issued": _("Certificate issued"),
    "data.defect.accepted": _("Explanation of a defect accepted"),
    "data.defect.answered": _("Defect answered"),
    "data.defects.late": _("Late defects looked for"),
    "data.evidence.appended": _("Evidence appended and signed"),
    "data.grades.decided": _("Grades decided"),
    "data.grades.proposed": _("Grades proposed"),
    "data.grading_rules.proposed": _("Grading rules proposed"),
    "data.grading_rules.published": _("Grading rules published"),
    "data.grading_rules.refused": _("Grading rules refused"),
    "data.grants.given": _("Grants given"),
    "data.quality.checked": _("Quality checked"),
    "data.quality_rules.set": _("Rules of quality set"),
}
