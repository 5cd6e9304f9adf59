"""Files that go and come: drop one, send what waits, fetch what waits for us."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from neuroreed.clinic import access_money
from neuroreed.clinic.services import receiving, sending
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.desk.shell import page
from neuroreed.web.pages.door import door

MOST_FILES = 50
LATEST = 50


@door()
def exchange(request: HttpRequest) -> HttpResponse:
    """What came in and what goes out, the latest first."""
    out = []
    for row in access_money.outgoing(request.user)[:LATEST]:
        steps = list(row.steps.all())
        last = steps[-1] if steps else None
        out.append({"row": row, "state": last.state if last else "waiting", "last": last})
    return page(
        request,
        "desk/exchange.html",
        received=access_money.received(request.user)[:LATEST],
        outgoing=out,
        waiting=sum(one["state"] != "sent" for one in out),
    )


@door("POST")
def drop(request: HttpRequest) -> HttpResponse:
    """Take the dropped files; one that balances posts itself, one that does not says why."""
    files = request.FILES.getlist("file")
    if not files or len(files) > MOST_FILES:
        raise BadInput(_("Choose 1 to 50 files."))
    posted = None
    for file in files:
        taken = receiving.take(request.user, file.name or "file", file.read(), at=clock.now())
        said = f"{taken.file.name}: {' '.join(taken.says) or _('taken.')}"
        if taken.outcome == "taken":
            messages.success(request, said)
            posted = taken.file.remittances.first() or posted
        elif taken.outcome == "duplicate":
            messages.info(request, said)
        else:
            nothing = _("Nothing of it was posted.")
            messages.error(request, f"{said} {nothing}")
    if posted is not None and len(files) == 1:
        return redirect("desk-remittance", posted.pk)
    return redirect("desk-exchange")


@door("POST")
def run(request: HttpRequest) -> HttpResponse:
    """Send what waits, then fetch what waits for us."""
    sent = sending.deliver(request.user, at=clock.now())
    found = receiving.collect(request.user, at=clock.now())
    if sent.sent:
        messages.success(
            request, ngettext("{} file sent.", "{} files sent.", sent.sent).format(sent.sent)
        )
    if sent.failed:
        failed = ngettext(
            "{} file could not be sent; it is tried again.",
            "{} files could not be sent; they are tried again.",
            sent.failed,
        )
        messages.error(request, failed.format(sent.failed))
    for one in found.taken:
        say = messages.success if one.outcome == "taken" else messages.error
        say(request, f"{one.file.name}: {' '.join(one.says)}")
    if found.says or sent.says:
        messages.error(request, found.says or sent.says)
    if not (sent.sent or sent.failed or found.taken or found.says or sent.says):
        messages.info(request, _("Nothing waits, in either direction."))
    return redirect("desk-exchange")


@door()
def received(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The bytes of a file that came in."""
    row = access_money.received_for(request.user, file_id)
    return HttpResponse(
        bytes(row.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="received-{row.sha256[:12]}.x12"'},
    )
