"""Bulk runs on the page: upload, progress, results, lines, facts, files, and who may."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from neuroreed.clinic import access_bulk, bulk_jobs
from neuroreed.clinic.models import BulkRun, ChartReview, Event
from neuroreed.clinic.services import bulk_runs
from tests.web.bulk.conftest import as_file, lines, pl

OCTOBER = {"since": "2026-10-01", "until": "2026-10-12"}


def upload(client: Any, *files: Any, **more: Any) -> Any:
    return client.post(reverse("bulk-upload"), {"file": list(files), **more})


def finished(client: Any, *files: Any, **more: Any) -> BulkRun:
    """A run of these files, done."""
    upload(client, *files, **more)
    run = BulkRun.objects.get()
    bulk_jobs.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.said
    return run


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
def test_an_upload_becomes_results_down_to_the_line_its_facts_and_its_row(
    signed_in: Any, rooms: Any
) -> None:
    client = signed_in("compliance")
    answer = upload(client, as_file(lines(), "may.csv"))
    run = BulkRun.objects.get()
    assert answer.url == reverse("bulk-run", args=[run.pk])
    assert "waits for the worker" in client.get(answer.url).content.decode()

    # the worker itself takes it from its queue, once
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)

    run.refresh_from_db()
    assert (run.state, run.said) == ("done", "")
    page = client.get(answer.url).content.decode()
    assert "<svg" in page and "UNIT-01" in page and "$120.00" in page
    assert '<td>may.csv</td><td class="number">3</td><td>session minutes</td>' in page
    unseen = reverse("bulk-findings", args=[run.pk])
    rule = next(
        n for n in range(20) if "UNIT-01" in client.get(f"{unseen}?by=rule&n={n}").content.decode()
    )
    listed = client.get(f"{unseen}?by=rule&n={rule}").content.decode()
    assert "V-2" in listed and "V-1" not in listed
    number = listed.split(f"{unseen}")[1].split("/")[0]
    one = client.get(reverse("bulk-finding", args=[run.pk, int(number)])).content.decode()
    assert "Billed 2 timed units; 22 timed minutes support 1" in one or "22" in one
    assert '<td class="id">may.csv</td><td class="number">3' in one
    assert "Pub. 100-04" in one or "20.2" in one


def test_only_compliance_and_the_administrator_find_anything(
    signed_in: Any, rooms: Any, here: None
) -> None:
    run = finished(signed_in("compliance"), as_file(lines(), "may.parquet"))
    addresses = [
        reverse("bulk"),
        reverse("payers"),
        reverse("payer", args=["aetna"]),
        *(reverse(f"bulk-{name}", args=[run.pk]) for name in ("run", "progress", "peers")),
        reverse("bulk-findings", args=[run.pk]) + "?by=rule&n=0",
        reverse("bulk-finding", args=[run.pk, 0]),
        reverse("bulk-download", args=[run.pk, "findings.csv"]),
    ]
    absent = [reverse("bulk-run", args=[uuid4()]), reverse("bulk-finding", args=[run.pk, 999])]

    for role in ("therapist", "biller", "front_desk", "patient"):
        client = signed_in(role)
        assert {client.get(address).status_code for address in addresses} == {404}
        for name in ("cancel", "resume", "delete"):
            assert client.post(reverse(f"bulk-{name}", args=[run.pk])).status_code == 404
        assert upload(client, as_file(lines(), "may.csv")).status_code == 404
        assert client.post(reverse("bulk-period"), OCTOBER).status_code == 404
    for role in ("compliance", "admin"):
        client = signed_in(role)
        assert {client.get(address).status_code for address in addresses} == {200}
        assert {client.get(address).status_code for address in absent} == {404}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lines.exe", b"x", "is none of"),
        ("lines.parquet", b"not parquet", "is not Parquet"),
        ("lines.csv", b"", "is empty"),
        ("lines.csv", b"PAR1....", "not a text file"),
        ("../../etc/lines.csv", b"\0\1\2", "not a text file"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_stays(
    signed_in: Any, rooms: Any, name: str, content: bytes, says: str
) -> None:
    answer = upload(signed_in("compliance"), SimpleUploadedFile(name, content))

    assert answer.status_code == 400 and says in answer.content.decode()
    assert not BulkRun.objects.exists()
    assert not [path for path in bulk_runs.room().rglob("*") if path.is_file()]


def test_files_that_are_too_large_or_find_no_room_leave_nothing(signed_in: Any, rooms: Any) -> None:
    client = signed_in("admin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_runs, "MOST_BYTES", 100)
        assert upload(client, as_file(lines(), "may.csv")).status_code == 400
    with pytest.MonkeyPatch.context() as patch:
        full = SimpleNamespace(free=100)
        patch.setattr(bulk_runs.shutil, "disk_usage", lambda _path: full)
        assert upload(client, as_file(lines(), "may.csv")).status_code == 409
    many = [as_file(lines(), f"{n}.csv") for n in range(bulk_runs.MOST_FILES + 1)]
    assert upload(client, *many).status_code == upload(client).status_code == 400
    wrong = SimpleUploadedFile("m.toml", b"[columns]\nnothing = 'x'\n")
    answer = upload(client, as_file(lines(), "may.csv"), mapping=wrong)
    assert answer.status_code == 400 and "not a value of ours" in answer.content.decode()

    assert not BulkRun.objects.exists()
    assert not [path for path in bulk_runs.room().rglob("*") if path.is_file()]


def test_a_table_that_cannot_be_read_fails_with_its_place_and_can_be_deleted(
    signed_in: Any, rooms: Any
) -> None:
    client = signed_in("compliance")
    upload(client, as_file(lines().drop("date_of_service"), "may.csv"))
    run = BulkRun.objects.get()
    bulk_jobs.perform(run.pk)

    run.refresh_from_db()
    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert run.state == "failed" and "date_of_service" in run.said
    assert "date_of_service" in page
    client.post(reverse("bulk-delete", args=[run.pk]))
    assert not access_bulk.folder_of(run).exists()
    assert client.post(reverse("bulk-resume", args=[run.pk])).status_code == 409


def test_a_mapping_names_the_columns_of_a_strange_table(
    signed_in: Any, rooms: Any, here: None
) -> None:
    strange = lines().rename({"cpt": "procedure", "minutes": "direct time"})
    mapping = b'[columns]\ncode = "procedure"\nminutes = "direct time"\n'
    run = finished(
        signed_in("compliance"),
        as_file(strange, "strange.csv"),
        mapping=SimpleUploadedFile("m.toml", mapping),
    )

    page = signed_in("compliance").get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert "UNIT-01" in page and "direct time" in page


def test_what_is_taken_away_runs_no_formula_and_holds_no_patient(
    signed_in: Any, rooms: Any, here: None
) -> None:
    client = signed_in("compliance")
    run = finished(client, as_file(lines(therapist_id=["=1+1"] * 3), "may.csv"))

    def taken(name: str) -> Any:
        answer = client.get(reverse("bulk-download", args=[run.pk, name]))
        answer.body = b"".join(answer) if answer.streaming else answer.content
        return answer

    assert "'=1+1" in taken("findings.csv").body.decode()
    table = pl.read_parquet(io.BytesIO(taken("findings.parquet").body))
    assert "patient" not in table.columns and len(table)
    for name in ("summary.json", "summary.html", "summary.csv", "columns.csv", "rejects.csv"):
        answer = taken(name)
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert taken("stderr.txt").status_code == taken("run.json").status_code == 404
    assert Event.objects.filter(verb="bulk.taken_away").count() == 7


def test_the_clinics_own_days_are_judged_with_what_came_before_and_shown_alone(
    signed_in: Any, rooms: Any, here: None, clinic: Any
) -> None:
    client = signed_in("compliance")
    client.post(reverse("bulk-period"), OCTOBER)
    run = BulkRun.objects.get()
    bulk_jobs.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.said

    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert run.facts["lines"] == 3
    told = client.get(reverse("bulk-download", args=[run.pk, "summary.json"]))
    summary = json.loads(b"".join(told))
    assert (summary["lines"], summary["visits"], summary["patients"]) == (3, 1, 1)
    assert sum(row["findings"] for row in summary["by"]["rule"]) == sum(
        summary["findings"].values()
    )
    assert b"Bulk audit" in b"".join(
        client.get(reverse("bulk-download", args=[run.pk, "summary.html"]))
    )
    if "by=rule" in page:
        listed = client.get(
            reverse("bulk-findings", args=[run.pk]) + "?by=rule&n=0"
        ).content.decode()
        assert reverse("visit-tab", args=[clinic.past.pk, "findings"]) in listed
    peers = client.get(reverse("bulk-peers", args=[run.pk])).content.decode()
    assert clinic.past.clinician.get_full_name() in peers and "too few to place" in peers


def test_one_press_draws_charts_of_the_days(
    signed_in: Any, rooms: Any, here: None, clinic: Any
) -> None:
    client = signed_in("compliance")
    client.post(reverse("bulk-period"), OCTOBER)
    run = BulkRun.objects.get()
    bulk_jobs.perform(run.pk)
    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    form = page.split(f'action="{reverse("audits")}"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))

    answer = client.post(reverse("audits"), hidden)

    review = ChartReview.objects.get()
    assert answer.url == reverse("audit", args=[review.pk])
    assert review.cpt == "97112" and review.charts.get().visit == clinic.past


NATIONAL = (
    "Rndrng_NPI,Rndrng_Prvdr_Type,HCPCS_Cd,Place_Of_Srvc,Tot_Benes,Tot_Srvcs,Tot_Bene_Day_Srvcs\n"
    "1,Physical Therapist in Private Practice,97112,O,20,300,200\n"
    "2,Physical Therapist in Private Practice,97110,O,20,100,100\n"
)


def test_peers_stand_beside_the_national_figures_that_were_loaded(
    signed_in: Any, rooms: Any, here: None
) -> None:
    client = signed_in("compliance")
    national = SimpleUploadedFile("by-provider.csv", NATIONAL.encode())
    run = finished(client, as_file(lines(), "may.csv"), national=national)

    page = client.get(reverse("bulk-peers", args=[run.pk])).content.decode()

    # 300 of 400 units, 300 units on 200 patient-days
    assert ">0.75<" in page and ">1.50<" in page
    assert "fewer than eleven patients" in page and "too few to place" in page
    clinics = client.get(reverse("bulk-peers", args=[run.pk]) + "?by=clinic").content.decode()
    assert "The lines name no clinic." in clinics
    assert client.get(reverse("bulk-peers", args=[run.pk]) + "?by=payer").status_code == 404


def test_another_file_than_the_national_one_costs_the_comparison_only(
    signed_in: Any, rooms: Any, here: None
) -> None:
    client = signed_in("compliance")
    run = finished(client, as_file(lines(), "may.csv"), national=SimpleUploadedFile("x.csv", b"a"))

    page = client.get(reverse("bulk-peers", args=[run.pk])).content.decode()

    assert (
        "has no column" in page
        and "UNIT-01" in client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    )


def test_days_without_a_signed_visit_say_so(signed_in: Any, rooms: Any) -> None:
    client = signed_in("admin")
    client.post(reverse("bulk-period"), {"since": "2025-01-01", "until": "2025-01-31"})
    run = BulkRun.objects.get()
    bulk_jobs.perform(run.pk)

    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert "No visit was signed in these days" in page
    backwards = {"since": "2026-10-12", "until": "2026-10-01"}
    assert client.post(reverse("bulk-period"), backwards).status_code == 400


def test_a_run_is_stopped_and_taken_up_again(signed_in: Any, rooms: Any) -> None:
    client = signed_in("compliance")
    upload(client, as_file(lines(), "may.csv"))
    run = BulkRun.objects.get()
    looks = []

    def stopped_at_the_second_look(path: Any) -> None:
        looks.append(path)
        if len(looks) == 2:
            client.post(reverse("bulk-cancel", args=[run.pk]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_jobs, "LOOK_EVERY_S", 0.05)
        patch.setattr(bulk_jobs, "_alive", stopped_at_the_second_look)
        bulk_jobs.perform(run.pk)
    run.refresh_from_db()
    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert run.state == "cancelled" and "What is done of it stays" in page
    client.post(reverse("bulk-resume", args=[run.pk]))
    bulk_jobs.perform(run.pk)

    run.refresh_from_db()
    assert run.state == "done"
    verbs = list(Event.objects.filter(verb__startswith="bulk.").values_list("verb", flat=True))
    assert verbs == ["bulk.requested", "bulk.started", "bulk.cancelled", "bulk.ended",
                     "bulk.resumed", "bulk.started", "bulk.ended"]  # fmt: skip


def test_a_run_that_nobody_works_on_says_so_and_one_that_waits_is_stopped_at_once(
    signed_in: Any, rooms: Any, here: None
) -> None:
    client = signed_in("compliance")
    upload(client, as_file(lines(), "may.csv"))
    run = BulkRun.objects.get()
    page = reverse("bulk-run", args=[run.pk])
    long_ago = timezone.now() - 2 * access_bulk.SILENT
    BulkRun.objects.update(state="running", started_at=long_ago)

    assert "Nobody works on this run" in client.get(page).content.decode()
    (access_bulk.folder_of(run) / "alive").touch()
    assert "Nobody works on this run" not in client.get(page).content.decode()
    assert client.post(reverse("bulk-resume", args=[run.pk])).status_code == 409
    (access_bulk.folder_of(run) / "alive").unlink()
    client.post(reverse("bulk-resume", args=[run.pk]))
    client.post(reverse("bulk-cancel", args=[run.pk]))
    bulk_jobs.perform(run.pk)

    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not access_bulk.results_of(run).exists()


def test_what_a_killed_worker_left_running_is_ended_before_the_run_is_taken_up(
    rooms: Any,
) -> None:
    folder = rooms / "a-run"
    folder.mkdir()
    left = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", str(folder)], start_new_session=True
    )
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (folder / "pid").write_text(str(other.pid))
        bulk_jobs.end_what_was_left(folder)
        assert other.poll() is None
        (folder / "pid").write_text(str(left.pid))
        bulk_jobs.end_what_was_left(folder)
        assert left.wait(10) != 0
    finally:
        for each in (left, other):
            each.kill()
            each.wait()


def test_files_go_with_their_age_and_the_row_stays(
    signed_in: Any, rooms: Any, here: None, turn: Any
) -> None:
    client = signed_in("compliance")
    run = finished(client, as_file(lines(), "may.csv"))
    turn.goes(days=bulk_runs.KEPT_DAYS + 1)

    assert bulk_runs.delete_old(at=turn()) == 1

    assert not access_bulk.folder_of(run).exists()
    page = client.get(reverse("bulk-run", args=[run.pk])).content.decode()
    assert "were deleted on" in page
    assert client.get(reverse("bulk-finding", args=[run.pk, 0])).status_code == 404
    assert bulk_runs.delete_old(at=turn() + timedelta(days=1)) == 0


def test_without_the_extra_the_page_says_what_to_install(
    signed_in: Any, rooms: Any, monkeypatch: Any
) -> None:
    from neuroreed.web.pages.bulk import runs

    monkeypatch.setattr(runs, "extra_is_missing", lambda: True)

    page = signed_in("admin").get(reverse("bulk")).content.decode()

    assert "pip install" in page and "neuroreed[bulk]" in page


def test_events_and_addresses_hold_no_name_of_a_file(
    signed_in: Any, rooms: Any, here: None
) -> None:
    client = signed_in("compliance")
    run = finished(client, as_file(lines(), "smith-john.csv"))
    client.get(reverse("bulk-finding", args=[run.pk, 0]))

    told = [f"{e.verb} {e.subject} {e.detail}" for e in Event.objects.all()]
    assert not [line for line in told if "smith" in line]
    assert any(f"bulkrun:{run.pk}:finding:0" in line for line in told)
    page = client.get(reverse("bulk-findings", args=[run.pk]) + "?by=therapist&n=0")
    assert "T-" in page.content.decode()
