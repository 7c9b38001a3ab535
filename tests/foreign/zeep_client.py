#!/usr/bin/env python3
"""A SOAP client that shares no code with conax-sim: `zeep` reads the WSDL and calls the head-end.

It loads `?wsdl`, adds and cancels a subscription, asks what is active, pairs, sets a PIN, sends a
message and a fingerprint, and expects `OK` with a transaction id for each; then it expects the
documented refusals. It exits with 0 if everything was as expected, else with 1 and what was not.

    python3 -m venv .venv && .venv/bin/pip install zeep
    cargo run -- serve --cas-port 8081 &
    .venv/bin/python tests/foreign/zeep_client.py http://127.0.0.1:8081

The simulator must be fresh: its demo world, profile `public` or `guess`. Not part of `cargo test`,
because it needs Python and a package.
"""

import re
import sys
import uuid

import zeep

CARD = "01900080208"
BOX = "3012345601"
PRODUCT = "P1test"


class Examiner:
    """Calls operations by name, whichever service has them, and counts what was not expected."""

    def __init__(self, base):
        self.client = zeep.Client(f"{base.rstrip('/')}/?wsdl")
        self.failures = []
        self.transactions = set()
        self.operations = {}
        for service in self.client.wsdl.services.values():
            for port in service.ports.values():
                proxy = self.client.bind(service.name, port.name)
                for name in port.binding._operations:
                    self.operations[name] = getattr(proxy, name)

    def call(self, names, **values):
        """Calls the first of these operations that the description has."""
        name = next((name for name in names if name in self.operations), None)
        if name is None:
            self.failures.append(f"the description has none of {names}")
            return None, None
        reply = self.operations[name](values)
        # A reply with nothing but its status is that status.
        status = getattr(reply, "TransactionStatus", reply)
        return reply, status

    def expect(self, code, names, **values):
        """Calls an operation and expects this status code and a fresh transaction id."""
        reply, status = self.call(names, **values)
        if status is None:
            return None
        found, transaction = status.StatusCode, status.TransactionId
        print(f"{names[0]}: {found} {transaction} {status.Message or ''}".rstrip())
        if found != code:
            self.failures.append(f"{names[0]}: found {found}, expected {code}")
        if not is_version_4(transaction):
            self.failures.append(f"{names[0]}: the transaction id is {transaction!r}")
        if transaction in self.transactions:
            self.failures.append(f"{names[0]}: the transaction id {transaction} came before")
        if code != "OK" and not status.Message:
            self.failures.append(f"{names[0]}: a refusal without a message")
        self.transactions.add(transaction)
        return reply

    def active(self):
        """The products that are active on the card."""
        reply = self.expect("OK", ["GetActiveSubscriptions"], CaClientId=CARD)
        listed = getattr(reply, "ActiveSubscriptions", None)
        entries = getattr(listed, "ActiveSubscription", None) or []
        return [entry.ProductId for entry in entries]

    def expect_active(self, expected):
        found = self.active()
        if found != expected:
            self.failures.append(f"active on the card: found {found}, expected {expected}")


def is_version_4(text):
    try:
        return re.fullmatch(r"[0-9a-f-]{36}", text or "") and uuid.UUID(text).version == 4
    except ValueError:
        return False


def examine(examiner):
    product = {"ProductId": [PRODUCT]}
    examiner.expect_active([])
    examiner.expect("OK", ["AddSubscriptions"], CaClientId=CARD, ProductIds=product)
    examiner.expect_active([PRODUCT])
    examiner.expect("OK", ["CancelSubscriptions"], CaClientId=CARD, ProductIds=product)
    examiner.expect_active([])

    cards, boxes = {"CaClientId": [CARD]}, {"PairingModuleId": [BOX]}
    examiner.expect("OK", ["CreatePairing"], CaClientIds=cards, PairingModuleIds=boxes)
    reply = examiner.expect("OK", ["GetPairingStatusForCard"], CaClientId=CARD)
    pairing = getattr(reply, "PairingStatus", None)
    if not pairing or not pairing.Paired or pairing.PairingModuleIds.PairingModuleId != [BOX]:
        examiner.failures.append(f"the pairing of the card is told as {pairing}")

    examiner.expect("OK", ["UpdateCaPinToGivenValue"], CaClientId=CARD, CaPin="4711")
    examiner.expect("OK", ["UpdateCaPinToDefaultValue"], CaClientId=CARD)
    bark = ["SendBarkMessageToClients", "SendBarkMessageToClient"]
    examiner.expect("OK", bark, CaClientIds=cards, Message="Grüße & <Küsse>")
    examiner.expect("OK", ["DisplayFingerprint"], CaClientId=CARD, FingerprintSlot="A")

    # Refusals travel with HTTP 200 and have a transaction of their own.
    nobody = "99999999999"
    examiner.expect("CLIENT_NOT_FOUND", ["AddSubscriptions"], CaClientId=nobody, ProductIds=product)
    examiner.expect("CLIENT_NOT_FOUND", ["GetActiveSubscriptions"], CaClientId=nobody)
    foreign = "01900080293"
    examiner.expect(
        "CLIENT_NOT_MANAGED_BY_SMS", ["AddSubscriptions"], CaClientId=foreign, ProductIds=product
    )
    examiner.expect(
        "INPUT_VALIDATION_ERROR", ["UpdateCaPinToGivenValue"], CaClientId=CARD, CaPin="12"
    )


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    examiner = Examiner(sys.argv[1])
    examine(examiner)
    for failure in examiner.failures:
        print(f"not as expected: {failure}", file=sys.stderr)
    print(f"{len(examiner.transactions)} transactions, {len(examiner.failures)} not as expected")
    return 1 if examiner.failures else 0


if __name__ == "__main__":
    sys.exit(main())
