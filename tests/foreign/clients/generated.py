#!/usr/bin/env python3
"""Clients that openapi-python-client generates from the documents the three APIs serve.

    generated.py CRM CAS CONTROL

Nothing may be left out and nothing be warned of; then the clients of the provisioning API and of the
control API play a story with types of their own.
"""

import importlib
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from story import TOKEN, expect

HERE = Path(__file__).resolve().parent
DOCUMENTS = {"crm": "_sim/openapi.json", "cas": "_sim/openapi.json", "control": "openapi.json"}
VERBS = ("get", "post", "put", "patch", "delete")


def generate(folder, name, address):
    """Generates the package NAME_client and compares it with the document."""
    with urllib.request.urlopen(f"{address}/{DOCUMENTS[name]}", timeout=10) as reply:
        document = json.load(reply)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document))
    generator = Path(sys.executable).parent / "openapi-python-client"
    command = [generator, "generate", "--path", path, "--meta", "none", "--fail-on-warning"]
    command += ["--output-path", folder / f"{name}_client"]
    command += ["--config", HERE / "openapi-python-client.yaml"]
    done = subprocess.run(command, capture_output=True, text=True)
    said = done.stdout + done.stderr
    if done.returncode != 0 or "WARNING" in said or "nable to" in said:
        raise SystemExit(f"not as expected: of {name} the generator says\n{said}")
    items = document["paths"].values()
    operations = [item[verb] for item in items for verb in VERBS if verb in item]
    modules = [path for path in (folder / f"{name}_client/api").glob("*/*.py")]
    modules = [path for path in modules if path.name != "__init__.py"]
    expect(f"operations of {name}", len(modules), len(operations))
    return document


def every_schema_is_a_type(document, package):
    """Objects and lists of words are classes; texts and choices need none."""
    models = importlib.import_module(f"{package}.models")
    known = {re.sub("[^a-z0-9]", "", name.lower()) for name in models.__all__}
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" or "enum" in schema:
            name = schema.get("title", name)
            expect(f"the type {name}", re.sub("[^a-z0-9]", "", name.lower()) in known, True)


def story(crm, control):
    from control_client import Client as ControlClient
    from control_client.api.default import get_v1_cas_smartcards_id, get_v1_faults, post_v1_runs
    from control_client.models import Problem, SmartcardDetailsView
    from crm_client import Client
    from crm_client.api.conax_web_services import add_subscriptions, show
    from crm_client.models import (
        AddSubscriptions,
        AddSubscriptionsRefusal,
        AddSubscriptionsRefusalCode,
        LifeCycleState,
        ServiceIdentifierByCode,
        ShowReply,
        SmartcardIdentifierBySerialNumber,
        SubscriptionIdentifierByNumber,
    )

    calls, controls = Client(base_url=crm), ControlClient(base_url=control)

    def add(token):
        return add_subscriptions.sync(
            client=calls,
            body=AddSubscriptions(
                token=token,
                subscription_identifier=SubscriptionIdentifierByNumber(number="S60600"),
                service_identifier=ServiceIdentifierByCode(code="SPORT"),
                smartcard_identifier=SmartcardIdentifierBySerialNumber(serial_number="01900080208"),
            ),
        )

    created = add(TOKEN).data
    expect("the state created", created.life_cycle_state, LifeCycleState.PENDING)
    run = post_v1_runs.sync(client=controls)
    expect("completed by the run", (run.completed, run.queue.due), (1, 0))
    identifier = f"number={created.number}"
    shown = show.sync(client=calls, token=TOKEN, provisioning_request_identifier=identifier)
    expect("the type of what is shown", type(shown), ShowReply)
    expect("the state shown", shown.data.life_cycle_state, LifeCycleState.COMPLETED)

    card = get_v1_cas_smartcards_id.sync("01900080208", client=controls)
    expect("the type of a card", type(card), SmartcardDetailsView)
    expect("its products", [one.product for one in card.entitlements], ["1002"])
    expect("its transaction", card.transactions[0].id, shown.data.reference_number)

    refused = add("nobody's")
    expect("the type of a refusal", type(refused), AddSubscriptionsRefusal)
    code = AddSubscriptionsRefusalCode.COM_CRM_EXCEPTION_AUTHENTICATION_INVALIDTOKENEXCEPTION
    expect("its code", refused.status.code, code)
    missing = get_v1_cas_smartcards_id.sync("nobody", client=controls)
    expect("the type of a problem", (type(missing), missing.status), (Problem, 404))
    expect("rules", get_v1_faults.sync(client=controls).faults, [])


def main():
    crm, cas, control = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        sys.path.insert(0, str(folder))
        for name, address in (("crm", crm), ("cas", cas), ("control", control)):
            document = generate(folder, name, address)
            if name != "cas":
                every_schema_is_a_type(document, f"{name}_client")
        story(crm, control)


if __name__ == "__main__":
    main()
