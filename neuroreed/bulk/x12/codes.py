"""Numbers that the columnar X12 reader and its compiled walk share.

The walk is text that Numba compiles (``walk``); what it does with a segment is data made
from the guides (``layout``). The names of both stand here once.
"""

from __future__ import annotations

from typing import Final

NONE: Final = -1  # a text that is not there
NO_AMOUNT: Final = -(2**63)  # an amount that is not there
ODD: Final = -(2**62)  # ODD - place: an amount that cannot be read, kept as text
LENGTH_BITS: Final = 20  # a text is its offset above and its length below
LENGTH: Final = 2**LENGTH_BITS - 1
MOST_ELEMENTS: Final = 40

# what a field is
TEXT, AMOUNT, QUANTITY, DAY, NPI, CODE, PROCEDURE, SUBMITTED, PARTS, PERIOD, UNLESS = range(11)
# what a segment does with its fields
CHECK, ROW, FILL = range(3)
# and what it does besides
(
    PLAIN, HL, CLM, LX, SV1, SVD, OTHER, CAS, DIAGNOSES, CONTACT, PAID, REF_CLAIM, REF_LINE,
    BILLING, TAX, HAS, REMARKS, CLP, SVC, ALLOWED, PROVIDER_LINE, ALLOWED_CLAIM, SUBSCRIBER,
) = range(23)  # fmt: skip

# why the walk stops
END, ENVELOPE, STOP, DOUBT, DOUBT_LEVEL, UNKNOWN_STEP, ROOM, SEEN_ROOM = range(8)
# kinds of segment ids
ORDINARY, BOUNDARY, HALT, OUTSIDE, ELSEWHERE = range(5)

# the state of a walk
(
    N, STATE, BASE_CLAIM, TRANSACTION, MISS_KEY, CLAIMS, SUM_PAID, SUM_CHARGE, PROVIDER,
    LAST_HL, HL20, HL22, CHILD20, CHILD22, N20, N22, LEVEL_HAS_CLAIM, LEVEL_BEGUN, CLAIMS_HERE,
    AT_BILLING, AT_SUBSCRIBER, AT_PATIENT, SELF, HAS_BITS, OPEN, KIND, IN_837,
    # of the open claim
    C_ROW, C_CHARGE, C_PAID, C_OWED, C_PRIMARY, C_ADJUSTED, C_PR, C_ALLOWED, C_LINES, C_DIAGNOSES,
    C_ORIGINAL, C_REPLACES, C_LINES_CHARGE, C_LINES_ADJUSTED, C_LINES_PR, C_LINES_ALLOWED,
    C_CONTROLS, C_OTHERS, C_ANSWERS, C_BEGUN,
    # of the open line
    L_OPEN, L_CHARGE, L_PAID, L_ADJUSTED, L_PR, L_CO, L_CO_COUNT, L_OTHER_GROUP, L_ALLOWED,
    # of the open adjudication
    A_OPEN, A_BUNDLED, A_PAID, A_REDUCED, A_PAYER, CAS_TOTAL, WIDTH,
) = range(63)  # fmt: skip
