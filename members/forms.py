"""What the forms of every app share."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

Made = TypeVar("Made")


def sent(form: forms.Form, act: Callable[[], Made], conflict: dict[str, Any] | None = None) -> Made | None:
    """Do what a form asks for; None when it was not taken.

    Then the form says why; with `conflict`, a conflict is put there instead, as the action raised it, with both texts.
    """
    if not form.is_valid():
        return None
    try:
        return act()
    except ValidationError as error:
        first = next((one for errors in error.error_dict.values() for one in errors), None)
        if conflict is not None and first is not None and first.code == "conflict":
            conflict.update(first.params or {})
            return None
        for name, errors in error.message_dict.items():
            for message in errors:
                form.add_error(name if name in form.fields else None, message)
        return None
