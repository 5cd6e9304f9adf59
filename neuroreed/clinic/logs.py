"""Log lines and error reports that cannot hold who a patient is."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

_QUERY = re.compile(r"\?\S*")


class WithoutPatientData(logging.Filter):
    """Drops the query of an address, the request object and the text of foreign exceptions.

    An exception that is not ours may quote a form field or a row; its type and the place
    where it arose are enough to find the fault.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _QUERY.sub("?…", record.getMessage())
        record.args = ()
        if record.exc_info:
            record.msg = f"{record.msg} [{_place(record.exc_info)}]"
            record.exc_info = None
            record.exc_text = None
        record.__dict__.pop("request", None)
        return True


def _place(exc_info: Any) -> str:
    kind, error, trace = exc_info if isinstance(exc_info, tuple) else (None, exc_info, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = kind.__name__ if kind else type(error).__name__
    if trace is None:
        return name
    return f"{name} at {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"


class NothingOfTheRequest(SafeExceptionReporterFilter):
    """Error reports without form fields, cookies or local variables."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> list[tuple[str, str]]:
        return []
