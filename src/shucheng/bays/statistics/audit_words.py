"""What the bay's actions are called in the audit log."""

from django.utils.translation import gettext_lazy as _

AUDIT_WORDS = {
    "statistics.batch.applied": _("Batch taken over"),
    "statistics.batch.laid_aside": _("Batch laid aside"),
    "statistics.batch.mapped": _("Columns of a file confirmed"),
    "statistics.batch.proposed": _("Columns of a file proposed"),
    "statistics.batch.received": _("File received"),
    "statistics.batch.refused": _("File could not be read"),
    "statistics.batch.staged": _("Batch read"),
    "statistics.batch.taken": _("Batch to be taken over"),
    "statistics.coefficient.approved": _("Coefficient approved"),
    "statistics.coefficient.proposed": _("Coefficient proposed"),
    "statistics.coefficient.refused": _("Coefficient refused"),
    "statistics.definition.proposed": _("Definition proposed"),
    "statistics.definition.refused": _("Definition refused"),
    "statistics.definition.published": _("Definition published"),
    "statistics.imputation.off": _("Imputation of late firms ended"),
    "statistics.imputation.on": _("Imputation of late firms begun"),
    "statistics.index.computed": _("Index computed"),
    "statistics.link.different": _("Two firms kept apart"),
    "statistics.link.same": _("Two registrations merged"),
    "statistics.links.asked": _("Search for duplicates started"),
    "statistics.links.found": _("Duplicates looked for"),
    "statistics.measuring.asked": _("Figures to be measured anew"),
    "statistics.measured": _("Figures measured from firms"),
    "statistics.publication.asked": _("Tables to be published"),
    "statistics.publication.made": _("Tables published"),
    "statistics.prospect.listed": _("Firm to be won listed"),
    "statistics.prospect.moved": _("Step with a firm to be won"),
}
