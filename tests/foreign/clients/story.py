"""What every HTTP client of Python has to see: a request is created, a run sends it, and it is shown.

`call(method, path, body)` makes a call of the provisioning API, `control(method, path)` one of the
control API; both return the decoded JSON.
"""

TOKEN = "04FFBB37FED475A778F122709CBAC1D5"
CALLS = "/conax_web_services/provisioning_requests"
SPORT = {
    "token": TOKEN,
    "subscription_identifier": {"number": "S60600"},
    "service_identifier": {"code": "SPORT"},
    "smartcard_identifier": {"serial_number": "01900080208"},
}


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"not as expected: {what}: found {found!r}, expected {expected!r}")


def create_run_show(call, control, world):
    """The story, in a world of its own; the head-end is asked too."""
    before = control("GET", f"/v1/cas/smartcards/01900080208?world={world}")
    expect("what the card holds before", before["entitlements"], [])

    created = call("POST", f"/worlds/{world}{CALLS}/add_subscriptions", SPORT)
    expect("creating", created["status"]["code"], "OK")
    number = created["data"]["number"]
    expect("its state", created["data"]["life_cycle_state"], "PENDING")

    run = control("POST", f"/v1/runs?world={world}")
    expect("completed by the run", (run["completed"], run["rejected"]), (1, 0))

    query = f"token={TOKEN}&provisioning_request_identifier=number={number}"
    shown = call("GET", f"/worlds/{world}{CALLS}/show?{query}", None)
    expect("the state shown", shown["data"]["life_cycle_state"], "COMPLETED")
    card = control("GET", f"/v1/cas/smartcards/01900080208?world={world}")
    expect("what the card holds", [one["product"] for one in card["entitlements"]], ["1002"])
    ids = [one["id"] for one in card["transactions"]]
    expect("the reference number", ids, [shown["data"]["reference_number"]])

    wrong = call("POST", f"/worlds/{world}{CALLS}/add_subscriptions", SPORT | {"token": "nobody's"})
    expect("a refusal", wrong["status"]["code"], "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION")
