"""Mail through the server that SHUCHENG_EMAIL_URL names."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override


class MailNotSent(Exception):
    """The server did not take the mail; the text says why, without addresses."""


def send(address: str, subject: str, body: str) -> None:
    """Hand one mail to the server. Raises `MailNotSent`."""
    message = EmailMessage(" ".join(subject.split()), body, to=[address])
    try:
        message.send()
    except SMTPException as error:
        # A refusal names the recipient: only its class and code are kept.
        code = getattr(error, "smtp_code", "")
        raise MailNotSent(f"{type(error).__name__} {code}".strip()) from error
    except OSError as error:
        raise MailNotSent(error.strerror or type(error).__name__) from error
    except ValueError as error:
        # An address that cannot be written in a header must not stop the mail to all others.
        raise MailNotSent(type(error).__name__) from error


def in_language(language: str) -> override:
    """What a person reads is in their language, in a job as well."""
    return override(language or settings.LANGUAGE_CODE)


def signature() -> str:
    operator = f" · {settings.OPERATOR}" if settings.OPERATOR else ""
    return "\n\n-- \n" + _("Shucheng") + operator


def address_of(path: str) -> str:
    """A page of the platform, as it is typed from elsewhere."""
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}{path}"
