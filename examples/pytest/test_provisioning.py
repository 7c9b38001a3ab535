"""Four stories of a provisioning request. `conftest.py` tells how they get their simulator."""


def sport_on(subscription, card):
    """A body that adds SPORT to a smartcard of the demo world."""
    return {
        "subscription_identifier": {"number": subscription},
        "service_identifier": {"code": "SPORT"},
        "smartcard_identifier": {"serial_number": card},
    }


def test_a_request_is_pending_until_a_run_completes_it(world):
    created = world.post("add_subscriptions", sport_on("S60600", "01900080208"))
    assert (created["number"], created["life_cycle_state"]) == ("4050", "PENDING")

    assert world.control("POST", "runs")["completed"] == 1
    assert world.state(4050) == "COMPLETED"
    assert world.control("GET", "ledger")["totals"]["once"] == 1


def test_a_lost_answer_leaves_drift_and_healing_empties_it(world):
    world.control("POST", "faults", {"preset": "f05", "times": 1})
    world.post("add_subscriptions", sport_on("S60600", "01900080208"))

    # Sends what is due and lets pass the ten minutes the CRM waits for an answer.
    world.control("POST", "clock/settle", {"limit": "1h"})
    assert world.state(4050) == "REJECTED"
    [drift] = world.control("GET", "drift")["drift"]
    assert drift["request"] == 4050
    assert world.control("GET", "ledger")["totals"]["unknown_to_crm"] == 1

    assert world.control("POST", "drift/heal")["requests"] == [4051]
    world.control("POST", "runs")
    assert world.control("GET", "drift")["drift"] == []


def test_a_magic_smartcard_needs_no_fault_rule(world):
    for card, end in [("09900000000", "COMPLETED"), ("09900000014", "REJECTED")]:
        body = sport_on("S99000", card) | {"process_immediately": True}
        ended = world.post("add_subscriptions", body)
        assert ended["life_cycle_state"] == end, card


def test_next_month_begins_when_the_clock_says_so(world):
    world.control("PUT", "clock", {"now": "2026-01-31T23:55:00"})
    body = sport_on("S60600", "01900080208") | {"start_date": "2026-02-01T00:00:00"}
    world.post("add_subscriptions", body)
    world.control("POST", "runs")
    assert world.state(4050) == "PENDING"

    # A run is made every five simulated seconds.
    world.control("POST", "clock/advance", {"by": "10min"})
    assert world.state(4050) == "COMPLETED"
