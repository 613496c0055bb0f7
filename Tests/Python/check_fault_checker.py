"""The checker of the fault suite finds what is planted, and nothing in a history that is well."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from faults.checker import OPT_OUT_DELAY, judge
from faults.history import Call, History, Report, Request, Row, Seen, Standing, Stop, Taken

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
TRANSACTIONAL, PROMOTIONAL, REFUSED, KEPT = "shop/t", "shop/p", "shop/r", "shop/k"


def delivered(key: str, klass: str, to: str, history: History) -> None:
    sid = f"SM{key}"
    history.attempted[key] = Request(key, klass, to)
    history.confirmed.add(key)
    history.calls.append(Call(to, NOON))
    history.taken.append(Taken(sid, key, 1, to, (Report("sent", True), Report("delivered", True))))
    history.seen += [
        Seen(f"{key}/message.accepted/1", "message.accepted", key, 1, sid=sid),
        Seen(f"{sid}/sent", "message.sent", key, 1, sid=sid),
        Seen(f"{sid}/delivered", "message.delivered", key, 1, True, sid=sid),
    ]
    history.rows[key] = Row("accepted", 1, sid)


@pytest.fixture(name="history")
def fixture_history() -> History:
    """Two that were delivered, one that the provider refused, one that the broker gave up."""
    history = History()
    delivered(TRANSACTIONAL, "transactional", "+1", history)
    delivered(PROMOTIONAL, "promotional", "+2", history)
    history.attempted[REFUSED] = Request(REFUSED, "transactional", "+3")
    history.confirmed.add(REFUSED)
    history.seen.append(Seen(f"{REFUSED}/message.refused/1", "message.refused", REFUSED, 1, True))
    history.rows[REFUSED] = Row("refused", 1)
    history.attempted[KEPT] = Request(KEPT, "promotional", "+4")
    history.confirmed.add(KEPT)
    history.standing.append(Standing("dead.promotional", KEPT))
    return history


def without(history: History, *ids: str) -> None:
    history.seen = [event for event in history.seen if event.id not in ids]


def test_a_history_that_is_well_holds(history):
    verdict = judge(history)
    assert verdict.holds, verdict.problems()
    assert (verdict.attempted, verdict.confirmed, verdict.called) == (4, 4, 2)
    assert (verdict.evented, verdict.final, verdict.recovered) == (3, 3, 0)


def test_a_message_that_vanished_is_lost(history):
    history.standing.clear()
    assert judge(history).problems() == {"lost": [KEPT]}


@pytest.mark.parametrize("queue", ["delay.promotional.1h", "send.promotional"])
def test_a_message_that_is_still_on_its_way_is_unfinished(history, queue):
    history.standing = [Standing(queue, KEPT)]
    assert judge(history).problems() == {"unfinished": [KEPT]}


def test_a_message_that_was_called_and_never_told_is_lost(history):
    history.seen = [event for event in history.seen if event.key != TRANSACTIONAL]
    assert judge(history).problems()["lost"] == [TRANSACTIONAL]


def test_what_was_not_confirmed_may_vanish_or_be_dealt_with(history):
    history.standing.clear()
    history.confirmed -= {KEPT, TRANSACTIONAL}
    verdict = judge(history)
    assert verdict.holds and verdict.recovered == 1


@pytest.mark.parametrize(("key", "klass"), [(TRANSACTIONAL, "transactional"), (PROMOTIONAL, "promotional")])
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_second_message_of_one_id_is_a_duplicate(history, key, klass, attempt):
    history.taken.append(Taken("SMagain", key, attempt, history.attempted[key].to))
    assert judge(history).problems() == {"duplicated": [key]}


def test_a_duplicate_is_allowed_only_to_transactional_ones_that_were_looked_up(history):
    for key in (TRANSACTIONAL, PROMOTIONAL):
        history.taken.append(Taken(f"SMagain{key}", key, 2, history.attempted[key].to))
        history.seen.append(Seen(f"{key}/message.in-doubt/1", "message.in-doubt", key, 1))
    verdict = judge(history)
    assert verdict.allowed_duplicates == [TRANSACTIONAL]
    assert verdict.problems() == {"duplicated": [PROMOTIONAL]}
    history.resends_what_is_absent = False
    assert judge(history).duplicated == [TRANSACTIONAL, PROMOTIONAL]


def test_two_messages_of_one_attempt_are_never_allowed(history):
    history.taken.append(Taken("SMagain", TRANSACTIONAL, 1, "+1"))
    history.seen.append(Seen("doubt", "message.in-doubt", TRANSACTIONAL, 1))
    assert judge(history).duplicated == [TRANSACTIONAL]


def test_a_callback_that_was_answered_and_told_to_nobody_is_swallowed(history):
    without(history, f"SM{PROMOTIONAL}/sent")
    assert judge(history).problems() == {"swallowed": [f"SM{PROMOTIONAL}/sent"]}


def test_a_reply_that_was_answered_and_told_to_nobody_is_swallowed(history):
    history.replies = {"SMhello", "SMstop"}
    history.heard = {"SMhello", "SMunanswered"}
    assert judge(history).problems() == {"swallowed": ["SMstop"]}


def test_no_final_event_is_the_bridges_fault_only_where_it_was_told(history):
    without(history, f"SM{PROMOTIONAL}/delivered")
    assert judge(history).problems()["unfinished"] == [PROMOTIONAL]
    history.taken[1] = replace(history.taken[1], reports=(Report("sent", True), Report("delivered", False)))
    verdict = judge(history)
    assert verdict.holds and verdict.untold == [PROMOTIONAL]
    history.finds_lost_callbacks = True
    assert judge(history).problems()["unfinished"] == [PROMOTIONAL]


def test_a_promotional_call_after_a_stop_is_seen(history):
    history.stops.append(Stop("+2", NOON))
    history.stops.append(Stop("+1", NOON))
    late = NOON + OPT_OUT_DELAY
    history.calls += [Call("+2", late), Call("+1", late + timedelta(seconds=1))]
    assert judge(history).holds
    history.calls.append(Call("+2", late + timedelta(milliseconds=1)))
    assert judge(history).problems() == {"overridden": ["+2"]}


def test_what_nobody_asked_for_is_invented(history):
    history.taken.append(Taken("SMx", "shop/x", 1, "+9"))
    history.seen.append(Seen("y", "message.delivered", "shop/y", 1, True))
    assert sorted(judge(history).problems()["invented"]) == ["shop/x", "shop/y"]


def test_an_acceptance_under_an_id_that_the_provider_does_not_know_is_invented(history):
    without(history, f"{TRANSACTIONAL}/message.accepted/1")
    history.seen.append(Seen("other", "message.accepted", TRANSACTIONAL, 1, sid="SMother"))
    assert judge(history).problems() == {"invented": [TRANSACTIONAL]}


@pytest.mark.parametrize(
    "row", [None, Row("attempting", 1), Row("unknown", 1), Row("held", 1), Row("accepted", 1, "SMother")]
)
def test_a_ledger_that_disagrees_is_seen(history, row):
    if row is None:
        del history.rows[TRANSACTIONAL]
    else:
        history.rows[TRANSACTIONAL] = row
    assert judge(history).problems() == {"misrecorded": [TRANSACTIONAL]}


def test_repeated_events_are_counted_and_allowed(history):
    history.seen.append(history.seen[0])
    verdict = judge(history)
    assert verdict.holds and verdict.repeated_events == 1


def test_only_the_messages_that_are_asked_for_are_judged(history):
    history.standing.clear()
    assert judge(history, {TRANSACTIONAL}).holds
    assert judge(history, {KEPT}).problems() == {"lost": [KEPT]}
