"""Provisioning requests: where they are kept, and how they come to their end."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone


class Clock:
    """Local time, so many hours from UTC."""

    def __init__(self, zone):
        self.zone = zone

    def now(self):
        """The second it is."""
        utc = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        return utc + timedelta(hours=self.zone)


@dataclass
class Request:
    id: str
    number: str
    type: str
    created: datetime
    updated: datetime
    scheduled: datetime
    priority: str
    immediately: bool
    user: object
    unit: object
    # Pairs of a key and a value, and their ids.
    items: list
    card: str
    boxes: tuple = ()
    cards: tuple = ()
    process_name: str = None
    sequence: int = None
    state: str = "PENDING"
    executed: datetime = None
    sent: str = None
    response: str = None
    reference: str = None
    error_code: str = None
    error_description: str = None
    provider_error_code: str = None
    provider_error_description: str = None
    # What a deployment of its own may keep besides.
    notes: dict = field(default_factory=dict)


class Entropy:
    """Chance from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lock = threading.Lock()

    def hex(self):
        with self.lock:
            return f"{self.random.getrandbits(128):032X}"

    def uuid(self):
        digits = self.hex().lower()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def digits(self, count):
        with self.lock:
            return "".join(str(self.random.randrange(10)) for _ in range(count))

    def between(self, least, most):
        with self.lock:
            return self.random.uniform(least, most)


class Store:
    """Every request, in the order of creation."""

    def __init__(self, readings, entropy):
        self.readings = readings
        self.entropy = entropy
        self.lock = threading.RLock()
        self.requests = {}
        self.last_number = 7300
        self.last_id = 500

    def next_number(self):
        self.last_number += 1
        return str(self.last_number)

    def next_id(self):
        self.last_id += 1
        forms = {"hex": self.entropy.hex, "uuid": self.entropy.uuid, "short": lambda: str(self.last_id)}
        return forms[self.readings.ids]()

    def add(self, make):
        """Keeps what `make` makes of a new id and a new number."""
        with self.lock:
            request = make(self.next_id(), self.next_number())
            self.requests[request.id] = request
            return request

    def find(self, key, value):
        with self.lock:
            return next((one for one in self.requests.values() if getattr(one, key) == value), None)

    def select(self, member, value):
        """The requests whose member has this value."""
        with self.lock:
            found = [one for one in self.requests.values() if getattr(one, member) == value]
        if self.readings.order == "newest":
            found.reverse()
        if self.readings.order == "any":
            found.sort(key=lambda one: one.id[::-1])
        return found


class Processing:
    """Runs that send what is due, one after the other."""

    def __init__(self, store, clock, head_end, every):
        self.store = store
        self.clock = clock
        self.head_end = head_end
        self.every = every
        self.sending = threading.Lock()

    def start(self):
        threading.Thread(target=self.for_ever, daemon=True).start()

    def for_ever(self):
        while True:
            time.sleep(self.every)
            self.run()

    def due(self):
        """What may be sent now, in the order of sending."""
        now = self.clock.now()
        with self.store.lock:
            waiting = [one for one in self.store.requests.values() if self.is_due(one, now)]
        return sorted(waiting, key=lambda one: (one.priority != "EXPRESS", one.scheduled))

    def is_due(self, request, now):
        is_for_runs = not request.immediately or self.waits_for_its_date(request)
        return request.state == "PENDING" and is_for_runs and request.scheduled <= now

    def waits_for_its_date(self, request):
        """Whether a date to come counts more than that it is to be sent at once."""
        waits = self.store.readings.at_once_with_date == "waits"
        return waits and request.scheduled > request.created

    def run(self):
        for request in self.due():
            self.send(request)

    def send(self, request):
        """Sends a request and keeps what came of it."""
        with self.sending:
            if request.state == "PENDING":
                self.settle(request, *self.head_end.carry_out(request))

    def settle(self, request, reference, error):
        with self.store.lock:
            now = self.clock.now()
            request.updated = now
            request.sent = self.text_sent(request)
            if error is None:
                request.executed = now
                request.reference = reference
                request.response = f"OK{reference}"
                request.state = "COMPLETED"
                return
            code, text = error
            request.error_code, request.error_description = code, text
            if self.store.readings.rejected == "executed":
                request.executed = now
                request.response = code
                request.provider_error_code, request.provider_error_description = code, text
            request.state = "REJECTED"

    def text_sent(self, request):
        return ",".join((request.card, *request.boxes)) if request.boxes else request.card


class HeadEnd:
    """Conax: takes an order or refuses it, after a while."""

    def __init__(self, world, entropy, latency):
        self.world = world
        self.entropy = entropy
        self.latency = latency

    def carry_out(self, request):
        """The reference of the order, or an error's code and text."""
        time.sleep(self.latency)
        for ca_id in (request.card, *request.cards):
            card = self.world.find(self.world.items, "ca_id", ca_id)
            if card is None or not card.is_smartcard:
                return None, ("CLIENT_NOT_FOUND", f"smartcard {ca_id} is not known")
            if card.is_blocked:
                return None, ("CLIENT_BLOCKED", f"smartcard {ca_id} is blocked")
        for ca_id in request.boxes:
            if self.world.find(self.world.items, "ca_id", ca_id) is None:
                return None, ("MODULE_NOT_FOUND", f"set-top box {ca_id} is not known")
        return self.entropy.uuid(), None
