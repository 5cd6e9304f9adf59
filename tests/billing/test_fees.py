"""Fees and expected payment: the worked example, the official amounts, identities, gaps."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neuroreed as nr
from neuroreed.billing.payment import mark_units_in_full, share_of, share_out
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.policy import fees as tables
from tests.oracles import payment as oracle
from tests.shared import shared

D = Decimal
ON = date(2026, 3, 2)
EXAMPLE = [("97530", 1, ["GP"]), ("97112", 2, ["GP"]), ("97110", 1, ["GP", "CQ"])]
POOL = ["97110", "97112", "97140", "97530", "97161", "97116", "97035", "20560", "92507", "97010"]
PRICED = [code for code in POOL if code != "97010"]


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2022, 1, 1), "34.95"),
        (date(2022, 12, 31), "34.95"),
        (date(2023, 6, 1), "34.23"),
        (date(2024, 3, 8), "33.07"),
        (date(2024, 3, 9), "33.62"),
        (date(2024, 12, 31), "33.62"),
        (date(2025, 1, 1), "32.02"),
        (date(2026, 1, 1), "32.73"),
        (date(2026, 12, 31), "32.73"),
    ],
)
def test_the_national_fee_of_97112_is_the_official_one(on, amount):
    assert nr.fee("97112", on=on) == D(amount)


def test_the_fee_of_a_qualifying_participant_uses_the_other_factor():
    assert nr.fee("97112", on=ON, apm=True) == D("32.90")
    assert nr.fee("97112", on=date(2025, 3, 3), apm=True) == D("32.02")


def test_relative_values_given_by_hand_are_priced_the_same():
    for rvu in (("0.50", "0.47", "0.01"), (D("0.50"), D("0.47"), D("0.01")), (0.50, 0.47, 0.01)):
        assert nr.fee(rvu=rvu, on=ON) == D("32.73")
    assert nr.fee(rvu=("0.50", "0.235", "0.01"), on=ON) == D("24.88")


# computed once by hand from the official tables: contract, locality, date, code, amount
@pytest.mark.parametrize(
    ("mac", "locality", "on", "code", "amount"),
    [
        ("10112", "00", "2026-08-03", "97112", "30.63"),
        ("10112", "00", "2026-08-03", "97530", "32.42"),
        ("01182", "18", "2026-08-03", "97112", "36.18"),
        ("01182", "18", "2026-08-03", "97530", "39.23"),
        ("13202", "01", "2026-08-03", "97112", "36.54"),
        ("13202", "01", "2026-08-03", "97530", "39.45"),
        ("13202", "03", "2022-02-07", "97140", "29.81"),
        ("01112", "53", "2022-02-07", "97116", "33.49"),
        ("10312", "35", "2022-02-07", "97112", "32.77"),
        ("02402", "02", "2023-02-06", "97110", "33.30"),
        ("12302", "01", "2023-02-06", "97112", "36.21"),
        ("04412", "28", "2023-02-06", "97110", "29.87"),
        ("01182", "17", "2024-02-05", "97110", "31.60"),
        ("06102", "99", "2024-02-05", "97161", "94.94"),
        ("08202", "01", "2024-02-05", "97116", "28.90"),
        ("01112", "51", "2024-08-05", "97112", "39.59"),
        ("04212", "05", "2024-08-05", "97110", "28.06"),
        ("01112", "70", "2024-08-05", "97161", "104.75"),
        ("12202", "01", "2025-11-03", "97161", "110.07"),
        ("01182", "73", "2025-11-03", "97110", "30.69"),
        ("04412", "18", "2025-11-03", "97112", "32.43"),
    ],
)
def test_locality_fees_are_those_of_the_official_tables(mac, locality, on, code, amount):
    day = date.fromisoformat(on)

    assert nr.fee(code, on=day, mac=mac, locality=locality) == D(amount)


def test_random_locality_fees_follow_the_published_formula():
    def rows(name):
        with shared(f"data/{name}").open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    values = {
        row["hcpcs"]: row
        for row in rows("pfs_rvu.csv")
        if row["release"] == "RVU25D" and row["status_code"] == "A" and not row["modifier"]
    }
    places = [row for row in rows("pfs_gpci.csv") if row["year"] == "2025"]
    factor = next(
        D(row["conversion_factor_usd"])
        for row in rows("pfs_conversion_factor.csv")
        if row["effective_from"] == "2025-01-01"
    )
    dice = Random(97112)
    for _ in range(200):
        code, place = dice.choice(sorted(values)), dice.choice(places)
        row = values[code]
        exact = factor * (
            D(row["work_rvu"]) * D(place["gpci_work_with_floor"])
            + D(row["pe_nonfac_rvu"]) * D(place["gpci_pe"])
            + D(row["mp_rvu"]) * D(place["gpci_mp"])
        )
        if not exact:
            continue
        assert nr.fee(
            code, on=date(2025, 11, 3), mac=place["mac_contract"], locality=place["locality"]
        ) == exact.quantize(D("0.01"), ROUND_HALF_UP), (code, place)


def test_a_zip_code_leads_to_its_locality():
    place = tables.locality("10001", ON)

    assert nr.fee("97112", on=ON, zip5="10001") == nr.fee(
        "97112", on=ON, mac=place.mac, locality=place.locality
    )
    assert nr.fee("97112", on=ON, zip5="10001") != nr.fee("97112", on=ON)


def test_the_worked_example_holds_in_every_step():
    payment = nr.expected(EXAMPLE, on=ON)

    first, second, third = payment.lines
    assert (first.unit_fee, second.unit_fee, third.unit_fee) == (D("35.07"), D("32.73"), D("29.06"))
    assert (second.reduced_unit_fee, third.reduced_unit_fee) == (D("24.88"), D("22.21"))
    assert [line.units_in_full for line in payment.lines] == [1, 0, 0]
    assert [line.allowed for line in payment.lines] == [D("35.07"), D("49.76"), D("22.21")]
    assert [line.coinsurance for line in payment.lines] == [D("7.01"), D("9.95"), D("4.44")]
    assert [
        line.payer_pays + line.sequestration + line.assistant_cut for line in payment.lines
    ] == [D("28.06"), D("39.81"), D("17.77")]
    assert third.payer_pays + third.sequestration == D("15.10")
    assert [line.sequestration for line in payment.lines] == [D("0.56"), D("0.80"), D("0.30")]
    assert [line.payer_pays for line in payment.lines] == [D("27.50"), D("39.01"), D("14.80")]
    assert (payment.allowed, payment.patient, payment.payer_pays) == (
        D("107.04"),
        D("21.40"),
        D("81.31"),
    )
    assert payment.patient + payment.payer_pays == D("102.71")
    assert payment.complete


def test_97140_beside_a_higher_code_is_reduced_and_alone_is_not():
    alone = nr.expected([("97140", 1, ["GP"])], on=ON)
    beside = nr.expected([("97140", 1, ["GP"]), ("97530", 1, ["GO"])], on=ON)

    assert alone.allowed == D("27.72")
    assert [line.allowed for line in beside.lines] == [D("21.21"), D("35.07")]


def test_the_contractors_example_of_deductible_and_sequestration_holds():
    allowed, paid = [10000], [0]
    deductible, coinsurance, cut, held = [0], [0], [0], [0]

    share_out(allowed, [1000], 5000, 200, 20, deductible, coinsurance, cut, held, paid)

    assert (deductible, coinsurance, cut, held, paid) == ([5000], [1000], [0], [80], [3920])


def test_the_deductible_is_taken_first_and_in_order():
    payment = nr.expected(EXAMPLE, on=ON, deductible_left=D("50"))

    assert [line.deductible for line in payment.lines] == [D("35.07"), D("14.93"), D("0.00")]
    assert payment.lines[0].payer_pays == 0
    assert payment.deductible == D("50.00")
    assert nr.expected(EXAMPLE, on=ON, deductible_left=D("500")).payer_pays == 0


def test_an_unknown_deductible_leaves_the_payment_unknown():
    payment = nr.expected(EXAMPLE, on=ON, deductible_left=None)

    assert payment.allowed == D("107.04")
    assert payment.patient is payment.payer_pays is payment.lines[0].patient is None
    assert not payment.complete
    assert any("deductible is not known" in step for step in payment.steps)


def test_the_charge_limits_the_allowed_amount():
    payment = nr.expected(EXAMPLE, on=ON, charges=[D("30"), D("49.76"), None])

    assert [line.allowed for line in payment.lines] == [D("30.00"), D("49.76"), D("22.21")]
    assert "charge is lower" in payment.lines[0].steps[0]
    assert "charge is lower" not in payment.lines[1].steps[0]


def test_a_clinic_that_does_not_participate_gets_ninety_five_percent():
    payment = nr.expected([("97112", 1, ["GP"])], on=ON, participating=False)

    assert payment.allowed == D("31.09")
    assert payment.lines[0].limiting_charge == D("35.75")
    assert nr.expected(EXAMPLE, on=ON).lines[0].limiting_charge is None


def test_lines_of_another_discipline_on_the_same_day_take_the_full_unit():
    alone = nr.expected([("97112", 1, ["GP"])], on=ON)
    beside = nr.expected([("97112", 1, ["GP"])], on=ON, same_day=[("97530", 2, ["GO"])])

    assert alone.allowed == D("32.73")
    assert beside.allowed == D("24.88")
    assert len(beside.lines) == 1


def test_the_assistants_cut_began_in_2022():
    line = [("97112", 1, ["GP", "CQ"])]

    assert nr.expected(line, on=date(2022, 1, 3)).assistant_cut == D("4.19")
    assert nr.expected(line, on=ON).payer_pays == D("21.80")


@pytest.mark.parametrize(
    ("on", "held"),
    [
        (date(2022, 3, 31), "0.00"),
        (date(2022, 4, 1), "0.28"),
        (date(2022, 6, 30), "0.28"),
        (date(2022, 7, 1), "0.56"),
    ],
)
def test_sequestration_changes_on_its_days(on, held):
    assert nr.expected([("97112", 1, ["GP"])], on=on).sequestration == D(held)


def test_what_medicare_never_pays_by_itself_says_so_and_adds_nothing():
    payment = nr.expected([("97010", 1, ["GP"]), ("97112", 1, ["GP"])], on=ON)

    assert payment.lines[0].allowed is None
    assert "part of other services" in payment.lines[0].because
    assert payment.allowed == D("32.73")
    assert payment.not_paid == ("97010",)
    assert payment.complete


@pytest.mark.parametrize("code", ["97039", "97545", "98978", "99213"])
def test_what_has_no_known_price_leaves_the_sum_unknown(code):
    payment = nr.expected([(code, 1, ["GP"]), ("97112", 1, ["GP"])], on=ON)

    assert payment.lines[0].allowed is None
    assert payment.lines[0].because
    assert payment.lines[1].allowed == D("32.73")
    assert payment.allowed is payment.patient is payment.payer_pays is None
    assert not payment.complete


@pytest.mark.parametrize("modifier", ["GA", "GX", "GY", "GZ"])
def test_a_line_that_announces_a_denial_is_not_expected_to_be_paid(modifier):
    payment = nr.expected([("97530", 1, ["GP", modifier]), ("97112", 1, ["GP"])], on=ON)

    assert payment.lines[0].allowed is None
    assert modifier in payment.lines[0].because
    assert payment.allowed == D("32.73")


def test_national_prices_are_called_national_and_local_ones_by_name():
    national = nr.expected(EXAMPLE, on=ON)
    local = nr.expected(EXAMPLE, on=ON, mac="13202", locality="01")

    assert national.place == "national (GPCI 1)"
    assert any("National prices are not those of any clinic" in step for step in national.steps)
    assert "MANHATTAN" in local.place
    assert not any("National" in step for step in local.steps)


def test_a_place_or_date_without_a_table_is_never_guessed():
    with pytest.raises(NoParameter, match="GPCI2026"):
        nr.fee("97112", on=ON, mac="03102", locality="00")
    with pytest.raises(NoParameter, match="RVU27"):
        nr.fee("97112", on=date(2027, 1, 4))
    with pytest.raises(NoParameter, match="RVU27"):
        nr.expected(EXAMPLE, on=date(2027, 1, 4))
    with pytest.raises(NoParameter):
        nr.fee("97112", on=date(2021, 12, 31))
    with pytest.raises(NoParameter):
        nr.fee("97112", on=ON, zip5="00000")
    for code in ("97010", "97014", "97037", "97039", "99213"):
        with pytest.raises(NoParameter):
            nr.fee(code, on=ON)


def test_a_zip_code_that_spans_localities_is_never_guessed():
    with shared("data/zip5_locality_2025q4.csv").open(encoding="utf-8") as file:
        spanning = next(row for row in csv.DictReader(file) if row["plus4_required"] == "1")

    with pytest.raises(NoParameter, match="spans localities"):
        nr.fee("97112", on=date(2025, 11, 3), zip5=spanning["zip5"])


def test_a_payer_without_the_medicare_schedule_needs_its_contract():
    with pytest.raises(NoParameter, match="contract fee schedule"):
        nr.expected(EXAMPLE, on=ON, payer="cigna")
    with pytest.raises(NoParameter, match="contract fee schedule"):
        nr.expected(EXAMPLE, on=ON, payer="medicare_advantage")

    payment = nr.expected(
        EXAMPLE, on=ON, payer="cigna", schedule={"97530": "40", "97112": "38.50", "97110": D(30)}
    )

    assert payment.allowed == D("147.00")
    assert payment.patient is payment.payer_pays is None
    assert any("85 %" in caveat for caveat in payment.caveats)


def test_a_code_outside_the_contract_leaves_the_sum_unknown():
    payment = nr.expected(EXAMPLE, on=ON, payer="aetna", schedule={"97530": "40"})

    assert payment.lines[0].allowed == D("40.00")
    assert payment.allowed is None
    assert "97112" in payment.lines[1].because


@pytest.mark.parametrize(
    "lines",
    [
        [("97112", 0, ["GP"])],
        [("97112", 1.0, ["GP"])],
        [("97112", True, ["GP"])],
        [("97112", 1)],
        [(97112, 1, ["GP"])],
        ["97112"],
        [("", 1, [])],
    ],
)
def test_lines_that_are_not_lines_are_refused(lines):
    with pytest.raises(BadInput):
        nr.expected(lines, on=ON)


def test_questions_that_are_not_exact_are_refused():
    with pytest.raises(BadInput, match="deductible"):
        nr.expected(EXAMPLE, on=ON, deductible_left=10.5)
    with pytest.raises(BadInput, match="negative"):
        nr.expected(EXAMPLE, on=ON, deductible_left="-1")
    with pytest.raises(BadInput, match="exact"):
        nr.expected(EXAMPLE, on=ON, deductible_left="NaN")
    with pytest.raises(BadInput, match="one charge per line"):
        nr.expected(EXAMPLE, on=ON, charges=[D(1)])
    with pytest.raises(BadInput, match="locality"):
        nr.fee("97112", on=ON, mac="13202")
    with pytest.raises(BadInput, match="either"):
        nr.fee(on=ON)
    with pytest.raises(BadInput, match="either"):
        nr.fee("97112", rvu=(1, 1, 1), on=ON)
    with pytest.raises(BadInput, match="relative values"):
        nr.fee(rvu=("1", "x", "1"), on=ON)
    with pytest.raises(BadInput, match="date"):
        nr.fee("97112", on=datetime(2026, 3, 2, 9))
    with pytest.raises(NoParameter, match="payer profile"):
        nr.expected(EXAMPLE, on=ON, payer="nobody")


LINES = st.lists(
    st.tuples(
        st.sampled_from(PRICED),
        st.integers(1, 4),
        st.sampled_from([("GP",), ("GP", "CQ"), ("GO",), ("GO", "CO")]),
    ),
    min_size=1,
    max_size=6,
)
DOLLARS = st.integers(0, 20000).map(lambda cents: D(cents) / 100)


@given(LINES, DOLLARS, st.sampled_from([None, ("13202", "01"), ("01182", "18")]))
def test_a_day_agrees_with_units_laid_out_one_by_one(lines, deductible, place):
    mac, locality = place or (None, None)
    index = (D(1), D(1), D(1))
    if place:
        found = tables.gpci(ON, mac=mac, locality=locality)
        index = (found.work, found.pe, found.mp)
    laid_out = []
    for code, units, modifiers in lines:
        rvu = tables.rvu(code, ON)
        laid_out.append(
            oracle.Line(rvu.work, rvu.pe, rvu.mp, units, rvu.multiple_procedure, len(modifiers) > 1)
        )

    truth = oracle.day(laid_out, D("33.4009"), index, deductible, "0.85", "0.02")
    payment = nr.expected(lines, on=ON, mac=mac, locality=locality, deductible_left=deductible)

    for line, expected in zip(payment.lines, truth, strict=True):
        assert (line.allowed, line.patient, line.payer_pays) == (
            expected.allowed,
            expected.patient,
            expected.pays,
        )
    assert payment.payer_pays == sum(each.pays for each in truth)


@given(LINES, DOLLARS, st.booleans())
def test_every_line_and_the_sum_add_up(lines, deductible, participating):
    payment = nr.expected(lines, on=ON, deductible_left=deductible, participating=participating)

    for each in (*payment.lines, payment):
        assert each.allowed == each.patient + each.payer_pays + each.sequestration + (
            each.assistant_cut
        )
    for line in payment.lines:
        assert line.patient == line.deductible + line.coinsurance
    assert payment.allowed == sum(line.allowed for line in payment.lines)
    assert payment.deductible <= deductible


@given(LINES, st.data())
def test_the_order_of_lines_changes_no_allowed_amount(lines, data):
    shuffled = data.draw(st.permutations(lines))

    one, other = nr.expected(lines, on=ON), nr.expected(shuffled, on=ON)

    assert one.allowed == other.allowed
    kinds = {(line.unit_fee, len(line.modifiers)) for line in one.lines}
    if len(kinds) == len(lines):  # two lines of one fee may move a cent of rounding
        assert one.patient == other.patient
        assert one.payer_pays == other.payer_pays


@given(LINES)
def test_one_concerned_unit_a_day_is_paid_in_full(lines):
    payment = nr.expected(lines, on=ON)

    concerned = [line for line in payment.lines if line.reduced_unit_fee != line.unit_fee]
    assert sum(line.units_in_full for line in concerned) == min(1, len(concerned))


def test_shares_round_half_a_cent_up():
    assert [share_of(amount, 200) for amount in (2, 3, 12, 13)] == [0, 1, 2, 3]
    assert share_of(5, 500) == 3


def test_the_arithmetic_compiles_as_it_stands():
    pe, fees, cut = np.array([47, 60, 60]), np.array([3273, 3507, 3507]), np.array([0, 1, 0])
    units, reduces = np.array([2, 1, 1]), np.array([1, 1, 1])
    ours, theirs = [0, 0, 0], np.zeros(3, dtype=np.int64)
    mark_units_in_full(
        pe.tolist(), fees.tolist(), cut.tolist(), units.tolist(), reduces.tolist(), ours
    )
    numba.njit(mark_units_in_full)(pe, fees, cut, units, reduces, theirs)

    assert ours == theirs.tolist() == [0, 0, 1]

    columns = [[0] * 3 for _ in range(5)]
    arrays = [np.zeros(3, dtype=np.int64) for _ in range(5)]
    share_out([3507, 4976, 2221], [1000, 1000, 850], 5000, 200, 20, *columns)
    numba.njit(share_out)(
        np.array([3507, 4976, 2221]), np.array([1000, 1000, 850]), 5000, 200, 20, *arrays
    )
    assert columns == [array.tolist() for array in arrays]


@pytest.mark.parametrize("lines", [None, 5, "97112", [("97112", 1, 5)], [("97112", 1, "GP QQQ")]])
def test_lines_and_modifiers_of_another_kind_are_refused(lines):
    with pytest.raises(BadInput):
        nr.expected(lines, on=ON)


def test_modifiers_may_be_given_as_text():
    (line,) = nr.expected([("97112", 1, "gp, kx")], on=ON).lines

    assert line.modifiers == ("GP", "KX")


@pytest.mark.parametrize("place", [{"zip5": 94102}, {"mac": 1112, "locality": 5}])
def test_a_place_given_as_a_number_is_refused(place):
    with pytest.raises(BadInput, match="zeros in front count"):
        nr.fee("97112", on=ON, **place)
