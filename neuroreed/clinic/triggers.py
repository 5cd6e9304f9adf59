"""Triggers that refuse to change or delete rows of the tables that only grow.

Made by a migration. They hold against raw SQL too, on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

INSERT_ONLY = (
    "clinic_timerevent",
    "clinic_chargeversion",
    "clinic_chargeline",
    "clinic_findingrow",
    "clinic_resolution",
    "clinic_claim",
    "clinic_claimevent",
    "clinic_claimfile",
    "clinic_claimfileentry",
    "clinic_signednote",
    "clinic_event",
    "clinic_comparison",
    "clinic_denialact",
    "clinic_denialrow",
    "clinic_heldanswer",
    "clinic_helddecision",
    "clinic_ledgeranswer",
    "clinic_ledgerentry",
    "clinic_outgoing",
    "clinic_outgoingstep",
    "clinic_packet",
    "clinic_payernumber",
    "clinic_provideramount",
    "clinic_receivedfile",
    "clinic_remittance",
    "clinic_secondaryclaim",
    "clinic_stepsource",
    "clinic_eligibilityanswer",
    "clinic_eligibilityask",
    "clinic_feeschedule",
    "clinic_monthclosed",
    "clinic_receipt",
    "clinic_statement",
    "clinic_scorerow",
    "clinic_measuredeclined",
    "clinic_attainment",
    "clinic_coursedecision",
    "clinic_teaching",
    "clinic_homeprogrammerow",
    "clinic_homelink",
    "clinic_homelinkclosed",
    "clinic_homelog",
    "clinic_monitoringcontact",
    "clinic_chartreview",
    "clinic_reviewedchart",
    "clinic_chartanswer",
    "clinic_payerprofileversion",
)
REFUSAL = "this table only grows: rows are neither changed nor deleted"
FUNCTION = "clinic_refuse_change"


def install(connection: Any, tables: Sequence[str] = INSERT_ONLY) -> None:
    """Make the triggers; making them twice is the same as once."""
    remove(connection, tables)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger AS $$ "
                f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END; $$ LANGUAGE plpgsql"
            )
        for table in tables:
            for statement in _statements(connection.vendor, table):
                cursor.execute(statement)


def remove(connection: Any, tables: Sequence[str] = INSERT_ONLY) -> None:
    """Drop the triggers: for migrating back and for emptying a test database, nothing else."""
    on = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for table in tables:
            for act in ("update", "delete", "truncate"):
                place = f" ON {table}" if on else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}{place}")


def missing(connection: Any, tables: Sequence[str] = INSERT_ONLY) -> list[str]:
    """The names of triggers that should be there and are not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {name for (name,) in cursor.fetchall()}
    acts = (
        ("update", "delete", "truncate")
        if connection.vendor == "postgresql"
        else ("update", "delete")
    )
    wanted = [f"{table}_no_{act}" for table in tables for act in acts]
    return [name for name in wanted if name not in there]


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
            f"FOR EACH {'STATEMENT' if act == 'truncate' else 'ROW'} EXECUTE FUNCTION {FUNCTION}()"
            for act in ("update", "delete", "truncate")
        ]
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for act in ("update", "delete")
    ]
