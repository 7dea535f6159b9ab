"""What an indicator is called in the reader's language."""

from django.utils.translation import get_language

from shucheng.plan.models import Binding, Indicator


def indicator_name(indicator: Indicator) -> str:
    """As the plan writes it; for an English reader its binding's English name, if it has one."""
    return _english(indicator.binding) or indicator.name


def binding_name(binding: Binding) -> str:
    return _english(binding) or binding.name


def _english(binding: Binding | None) -> str:
    return binding.name_en if binding and get_language() == "en" else ""
