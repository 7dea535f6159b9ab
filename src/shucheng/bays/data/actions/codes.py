"""Codes that people can read aloud: kind, year, running number."""

from shucheng.bays.data.models.cases import Sequence

# What the codes of each kind of thing begin with.
REGISTRATION, AUTHORISATION, GRANT, REQUEST = "REG", "AUT", "GRT", "REQ"
RESOURCE, PRODUCT, OFFER, ORDER, AGREEMENT = "RES", "PRD", "OFR", "ORD", "AGR"
SETTLEMENT, DISPUTE, CERTIFICATE, ASSET = "STL", "DSP", "CRT", "AST"


def next_code(prefix: str, year: int) -> str:
    """The next code, inside the caller's transaction: taken back with it, never given twice."""
    Sequence.objects.get_or_create(prefix=prefix, year=year)
    held = Sequence.objects.select_for_update().get(prefix=prefix, year=year)
    held.last += 1
    held.save(update_fields=["last"])
    return f"{prefix}-{year}-{held.last:06d}"
