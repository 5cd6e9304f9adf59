"""How a kernel answers rules: for a whole block where that can be, else group by group.

Copied behind ``runtime`` and compiled with it. What lines have in common is asked once for the
block: the date a rule begins, the payer's method, a column that is not there. Only rules that
this does not settle have their facts made and their function called.
"""

from neuroreed.bulk.plan_frames import COVERAGE_WIDTH as COV
from neuroreed.bulk.plan_frames import ITEMS_WIDTH as ITEMS
from neuroreed.bulk.plan_frames import META_WIDTH as META
from neuroreed.bulk.runtime import UNK, spread


def met(value, meta, number, place):
    """Whether a condition of a rule holds for a value."""
    found = False
    for k in range(meta[number * META + place + 1]):
        found |= value == meta[number * META + place + 2 + k]
    return found


def known_of(st, root, at):
    """What is known of a value so far, from its own place or the rows it is taken from."""
    return st[at] if st[at] != 0 else st[root[at]]


def exceptional(number, meta, own, state):
    """Whether dates or payers may take single lines of the block out of a rule."""
    return (
        state[3] < meta[number * META + 0]
        or state[4] > meta[number * META + 1]
        or own[state[6] * state[5] + number] > 0
    )


def settled(S, c, number, count, meta, own, state, st, uni, root, early):
    """Answer a rule for the whole block where what is known of its values decides.

    -1 and less where it is answered, as -1 less the answer; 1 where its function need not be
    called. Otherwise 2; but while it is ``early``, that is before steps are made, 1 and how
    many of its conditions and facts must be made to know more.
    """
    if count == 0 or state[4] < meta[number * META + 0] or state[3] > meta[number * META + 1]:
        return -1
    doubt = exceptional(number, meta, own, state)
    conditions, needs = meta[number * META + 11], meta[number * META + 36]
    for j in range(conditions):
        place = 12 + 6 * j
        at = meta[number * META + place]
        known, rows = known_of(st, root, at), root[at]
        least, most = 0, 1
        if known == 2:
            least, most = UNK, UNK
        elif known != 0 and uni[rows] == 1:
            least = S[rows * c]
            most = least
        elif early == 0:
            least, most = spread(S, c, count, at)
        if least != most:
            doubt = True
        elif least == UNK or not met(least, meta, number, place):
            if doubt:
                return 1 + early * j
            return -1 - (3 + j if least == UNK else 0)
    for j in range(needs):
        known = known_of(st, root, meta[number * META + 37 + j])
        if known == 2:
            if doubt:
                return 1 + early * (conditions + j)
            return -1 - (3 + conditions + j)
        if known != 1:
            doubt = True
    return 2 + early * (conditions + needs)


def triage(
    S, c, sizes, meta, own, cov, state, st, uni, root, item_at, item_steps, want, live, asked
):
    """Answer what given columns decide, and ask for the steps behind the rest."""
    for number in range(state[5]):
        live[number] = 0
        if asked[number] == 0:
            continue
        count = sizes[meta[number * META + 49]]
        items = settled(S, c, number, count, meta, own, state, st, uni, root, 1)
        live[number] = items
        if items < 0:
            cov[number * COV - 1 - items] += count
        for k in range(item_at[number * ITEMS], item_at[number * ITEMS + max(items - 1, 0)]):
            want[item_steps[k]] = 1


def settle(S, c, sizes, meta, own, cov, state, st, uni, root, live):
    """Answer what is decided when the steps are made; 2 for each rule that must be called."""
    for number in range(state[5]):
        if live[number] > 0:
            count = sizes[meta[number * META + 49]]
            live[number] = settled(S, c, number, count, meta, own, state, st, uni, root, 0)
            if live[number] < 0:
                cov[number * COV - 1 - live[number]] += count


def ask(S, c, K, sizes, block, meta, own, cov, hits, state, st, uni, root, live):
    """The answers of all rules that are not settled."""
    for number in range(state[5]):
        if live[number] > 0:
            count = sizes[meta[number * META + 49]]
            ask_one(S, c, K, count, number, block, meta, own, cov, hits, state, st, uni, root)


def ask_one(S, c, K, count, number, block, meta, own, cov, hits, state, st, uni, root):
    """Take the answers of one rule as its conditions and its unknowns allow, and count them.

    ``K`` comes with 1 no and 2 yes for every group. A row of ``meta`` says: first day, last
    day, severity, severity it runs as; place of day and payer; then how many facts it rests
    on and their places; how many conditions, each with place, count and values; how many
    facts it needs and their places; at the end which groups, and their first rows.
    ``own`` is by payer and rule: 0 nothing, 1 off, 2 stop,
    3 review, 4 advise; its last row tells whether any payer has the rule off.
    Kept in ``cov``: 0 does not apply, 1 no, 2 yes, more: which fact was unknown.
    """
    here, first = number * c, meta[number * META + 50] * c
    rests, conditions, needs = (
        meta[number * META + 6],
        meta[number * META + 11],
        meta[number * META + 36],
    )
    plain = True
    for j in range(needs - 1, -1, -1):
        at, reason = meta[number * META + 37 + j], 3 + conditions + j
        known = known_of(st, root, at)
        if known == 2:
            plain = False
            for g in range(count):
                K[here + g] = reason
        elif known != 1:
            plain = False
            for g in range(count):
                if S[at * c + g] == UNK:
                    K[here + g] = reason
    for j in range(conditions - 1, -1, -1):
        place = 12 + 6 * j
        reason, value = 3 + j, meta[number * META + place + 2]
        at, known = meta[number * META + place], known_of(st, root, meta[number * META + place])
        if known == 2:
            plain = False
            for g in range(count):
                K[here + g] = reason
        elif known == 1 and uni[root[at]] == 1:
            if not met(S[root[at] * c], meta, number, place):
                plain = False
                for g in range(count):
                    K[here + g] = 0
        elif meta[number * META + place + 1] == 1:
            plain = False
            for g in range(count):
                if S[at * c + g] != value:
                    K[here + g] = reason if S[at * c + g] == UNK else 0
        else:
            plain = False
            for g in range(count):
                if not met(S[at * c + g], meta, number, place):
                    K[here + g] = reason if S[at * c + g] == UNK else 0
    day, payer = meta[number * META + 4] * c, meta[number * META + 5] * c
    if exceptional(number, meta, own, state):
        plain = False
        for g in range(count):
            row = S[first + g]
            on, by = S[day + row], S[payer + row]
            if (
                on < meta[number * META + 0]
                or on > meta[number * META + 1]
                or (by != UNK and own[by * state[5] + number] == 1)
            ):
                K[here + g] = 0
    yes = 0
    for g in range(count):
        yes += K[here + g] == 2
    no = count - yes
    if not plain:
        no = 0
        for g in range(count):
            no += K[here + g] == 1
    cov[number * COV + 1] += no
    cov[number * COV + 2] += yes
    if no + yes < count:
        for reason in range(3 + conditions + needs):
            if reason != 1 and reason != 2:
                times = 0
                for g in range(count):
                    times += K[here + g] == reason
                cov[number * COV + reason] += times
    if yes == 0:
        return
    place = state[2]
    for g in range(count):
        if K[here + g] == 2:
            row = S[first + g]
            by = S[payer + row]
            severity, lowered = meta[number * META + 2], 0
            if by != UNK and own[by * state[5] + number] > 1:
                severity, lowered = own[by * state[5] + number] - 2, 1
            elif severity == 0 and meta[number * META + 3] != 0:
                severity, lowered = meta[number * META + 3], 2
            elif severity == 0:
                for k in range(rests):
                    if lowered == 0 and S[meta[number * META + 7 + k] * c + g] != 1:
                        severity, lowered = 1, 3 + k
            hits[place] = (block + row) << 20 | number << 8 | severity << 4 | lowered
            place += 1
    state[2] = place


def place_hits(S, hits, begin, state, block, runs, run_at, run_to):
    """Hits of a block by their row in the columns, where they come by position."""
    for k in range(begin, state[2]):
        position = hits[k] >> 20
        run = S[runs + position - block]
        hits[k] += (run_at[run] - run_to[run]) << 20


def tell(
    S, c, K, sizes, first_at, sorts, live, asked, meta, state, position, told, told_at, width,
    column, room, first, made,
):  # fmt: skip
    """Every answer to every group of the block, for whoever wants to use them again.

    Groups of a sort stand in ``told`` from ``told_at`` on, each with ``width`` answers, that of
    a rule in its ``column``; ``first`` has ``room`` for the position of the first row of each.
    ``made`` are there already.
    """
    for number in range(state[5]):
        if asked[number] == 0:
            continue
        sort = meta[number * META + 49]
        wide = width[sort]
        to = told_at[sort] + made[sort] * wide + column[number]
        if live[number] > 0:
            for g in range(sizes[sort]):
                told[to + g * wide] = K[number * c + g]
        else:
            for g in range(sizes[sort]):
                told[to + g * wide] = -1 - live[number]
    for sort in range(sorts):
        for g in range(sizes[sort]):
            first[sort * room + made[sort] + g] = position + S[first_at[sort] * c + g]
        made[sort] += sizes[sort]
