"""The audit log: one row for everything somebody did or was refused, chained by hash."""

from django.db import models

from shucheng.kernel.audit.words import CHANNELS, words_of

# What a fresh chain starts from.
GENESIS = "0" * 64


class AuditEntry(models.Model):
    """One thing that somebody did or was refused.

    `hash` covers every other column, `previous_hash` included (see `verify.fingerprint`), so
    that no entry can be changed, left out or moved unnoticed. Names are copied: an entry reads
    the same after a person or an organisation was renamed. `changes` and `facts` are canonical
    JSON kept as text, because their bytes are hashed.
    """

    sequence = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField(db_index=True)
    person = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    person_name = models.CharField(max_length=150, blank=True)
    organisation = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    organisation_name = models.CharField(max_length=160, blank=True)
    roles = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10)
    code = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    changes = models.TextField(default="{}")
    facts = models.TextField(default="{}")
    success = models.BooleanField(default=True)
    error_code = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["person", "sequence"], name="audit_by_person"),
            models.Index(fields=["code", "sequence"], name="audit_by_code"),
            models.Index(fields=["object_type", "object_id", "sequence"], name="audit_by_object"),
            models.Index(fields=["organisation", "sequence"], name="audit_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.code}"

    @property
    def words(self) -> str:
        """What was done, in the reader's language."""
        return words_of(self.code)

    @property
    def channel_words(self) -> str:
        return str(CHANNELS.get(self.channel, self.channel))


class SignedHead(models.Model):
    """An entry of the chain with the platform's signature over it and all before it.

    Written when something was published, by the clock, and before an export; the database
    refuses to change or delete it. `verify.head_statement` says which bytes were signed.
    """

    sequence = models.BigIntegerField(db_index=True)
    hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    reason = models.CharField(max_length=80)
    public_key = models.CharField(max_length=120)
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ["sequence", "id"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.reason}"


class AuditHead(models.Model):
    """The end of the chain: locked by whoever appends, and witness when the last rows vanish."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)
    recorded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"
