"""The operations."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from . import parameters as read
from .records import Request
from .refusal import Findings, Refusal
from .world import ORGANISATION, WEB_API_KEY

TYPES = (
    "ADD_SUBSCRIPTIONS",
    "CANCEL_SUBSCRIPTIONS",
    "GET_ACTIVE_SUBSCRIPTIONS",
    "CREATE_PAIRING",
    "ADD_TO_EXISTING_PAIRING",
    "GET_PAIRING_STATUS_FOR_CARD",
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE",
    "DISPLAY_FINGERPRINT",
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE",
    "UPDATE_CA_PIN_TO_GIVEN_VALUE",
    "SEND_MAIL_MESSAGE_TO_CLIENT",
    "SEND_BARK_MESSAGE_TO_CLIENT",
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
)
STATES = ("PENDING", "REJECTED", "COMPLETED")
PRIORITIES = ("REGULAR", "EXPRESS")
# Which methods knew `scheduled_date` first.
WITH_SCHEDULED_DATE = ("CANCEL_SUBSCRIPTIONS", "CREATE_PAIRING")
REQUESTS = "conax_web_services/provisioning_requests"


@dataclass
class Session:
    """Who a token belongs to."""

    user: object
    unit: object


class Tokens:
    """Tokens that were given out."""

    def __init__(self, readings, entropy):
        self.readings = readings
        self.entropy = entropy
        self.lock = threading.Lock()
        self.sessions = {}

    def give(self, user, unit):
        with self.lock:
            if self.readings.tokens == "one":
                kept = {key: one for key, one in self.sessions.items() if one.user != user}
                self.sessions = kept
            token = self.new()
            self.sessions[token] = Session(user, unit)
            return token

    def new(self):
        form = self.readings.token_form
        if form == "digits":
            return self.entropy.digits(10)
        if form == "jwt":
            return ".".join(self.entropy.hex().lower() for _ in range(3))
        return self.entropy.hex()

    def session(self, token):
        with self.lock:
            found = self.sessions.get(token) if isinstance(token, str) else None
        if found is None:
            raise Refusal("token", "the token is missing or not valid")
        return found

    def release(self, token):
        with self.lock:
            self.sessions.pop(token, None)


class Service:
    """Every operation: takes parameters, gives data, or refuses."""

    def __init__(self, world, readings, store, processing, printer, tokens, clock):
        self.world = world
        self.readings = readings
        self.store = store
        self.processing = processing
        self.printer = printer
        self.tokens = tokens
        self.clock = clock
        self.operations = {
            "authentication/token": ("POST", self.log_in),
            "authentication/web_api_key/token": ("POST", self.log_in_by_key),
            f"{REQUESTS}/show": ("GET", self.show),
            f"{REQUESTS}/list": ("GET", self.list),
            f"{REQUESTS}/add_subscriptions": ("POST", self.add_subscriptions),
            f"{REQUESTS}/cancel_subscriptions": ("POST", self.cancel_subscriptions),
            f"{REQUESTS}/create_pairing": ("POST", self.create_pairing),
            f"{REQUESTS}/add_to_existing_pairing": ("POST", self.add_to_existing_pairing),
            f"{REQUESTS}/reset_pin_to_default_value": ("POST", self.reset_pin_to_default),
            f"{REQUESTS}/reset_pin_to_given_value": ("POST", self.reset_pin_to_given),
        }
        if readings.release == "yes":
            self.operations["authentication/token/release"] = ("POST", self.release)

    def findings(self):
        return Findings(self.readings.findings)

    # ------------------------------------------------------------------------------------ login

    def log_in(self, given, _key):
        findings = self.findings()
        for name in ("username", "password", "organisation"):
            if not isinstance(given.get(name), str):
                findings.add("missing", f"{name} is mandatory")
        findings.end()
        user = next((one for one in self.world.users if self.is_called(one, given["username"])), None)
        is_right = user is not None and user.password == given["password"]
        if not is_right or given["organisation"] != ORGANISATION:
            raise Refusal("login", "username, password or organisation is wrong")
        return {"token": self.tokens.give(user, self.unit_of(given, user))}

    def is_called(self, user, name):
        if self.readings.user_case == "ignored":
            return user.username.lower() == name.lower()
        return user.username == name

    def unit_of(self, given, user):
        unit = self.world.unit(given["unit"]) if given.get("unit") else self.world.unit(user.unit)
        if unit is None:
            raise Refusal("login", "there is no such unit")
        return unit

    def log_in_by_key(self, given, key):
        if key != WEB_API_KEY:
            raise Refusal("login", "the key is wrong")
        user = self.world.users[1]
        return {"token": self.tokens.give(user, self.unit_of(given, user))}

    def release(self, given, _key):
        self.tokens.session(given.get("token"))
        self.tokens.release(given["token"])
        return {}

    # ---------------------------------------------------------------------------------- reading

    def show(self, given, _key):
        self.tokens.session(given.get("token"))
        findings = self.findings()
        named = read.identifier(given, "provisioning_request_identifier", findings)
        fields = self.fields(given, findings)
        findings.end()
        request = self.named_request(*named)
        if request is None:
            raise Refusal("not-found", "there is no such provisioning request")
        return self.printer.request(request, fields)

    def named_request(self, key, value):
        if key == "number" and self.readings.shape == "early":
            raise Refusal("one-of", "provisioning_request_identifier: exactly one of id")
        return self.store.find(key, value)

    def fields(self, given, findings):
        if not given.get("fields_set"):
            return None
        from .printing import MEMBERS

        names = [name.strip() for name in given["fields_set"].split(",") if name.strip()]
        if self.readings.unknown_fields == "refused":
            for name in names:
                if name not in MEMBERS:
                    findings.add("value", f"fields_set: there is no field `{name}`")
        return names or None

    def list(self, given, _key):
        self.tokens.session(given.get("token"))
        findings = self.findings()
        filters = {"type": TYPES, "life_cycle_state": STATES, "reference_number": None}
        named = [name for name in filters if given.get(name) is not None]
        if len(named) != 1:
            findings.add("one-of", f"exactly one of {', '.join(filters)}")
        for name in named:
            allowed = filters[name]
            if allowed and given[name] not in allowed:
                findings.add("value", f"{name}: found `{given[name]}`, expected one of {', '.join(allowed)}")
        fields = self.fields(given, findings)
        limit, offset = self.page(given, findings)
        findings.end()
        member = {"life_cycle_state": "state", "reference_number": "reference"}.get(named[0], "type")
        return self.listed(self.store.select(member, given[named[0]]), fields, limit, offset)

    def page(self, given, findings):
        if self.readings.paging == "no":
            return None, None
        return tuple(read.count(given, name, findings) for name in ("number_of_results", "offset"))

    def listed(self, requests, fields, limit, offset):
        begin = offset or 0
        if limit == 0 and self.readings.page_of_none == "unlimited":
            limit = None
        end = None if limit is None else begin + limit
        with self.store.lock:
            return [self.printer.request(one, fields, is_list=True) for one in requests[begin:end]]

    # --------------------------------------------------------------------------------- creating

    def add_subscriptions(self, given, _key):
        return self.change_subscriptions(given, "ADD_SUBSCRIPTIONS")

    def cancel_subscriptions(self, given, _key):
        return self.change_subscriptions(given, "CANCEL_SUBSCRIPTIONS")

    def change_subscriptions(self, given, kind):
        session = self.tokens.session(given.get("token"))
        findings = self.findings()
        subscription = self.subscription(given, findings)
        service = self.service(given, subscription, findings)
        card = self.smartcard(given, findings, subscription)
        common = self.common(given, kind, findings)
        findings.end()
        return self.create(
            session,
            common,
            kind,
            [
                ("sub_provisioning_distribution_id", subscription.distributor),
                ("service_ca_id", self.service_ca_id(service)),
                ("smartcard_ca_id", self.card_ca_id(card)),
            ],
            card.ca_id,
        )

    def create_pairing(self, given, _key):
        session = self.tokens.session(given.get("token"))
        findings = self.findings()
        subscription = self.subscription(given, findings, is_needed=False)
        sets = {}
        for name, member in (("smartcard_set", "smartcard_ca_id"), ("stb_set", "stb_ca_id")):
            if given.get(name) is None:
                findings.add("missing", f"{name} is mandatory")
            sets[name] = read.ca_ids(given, name, member, findings)
        common = self.common(given, "CREATE_PAIRING", findings)
        findings.end()
        cards, boxes = sets["smartcard_set"], sets["stb_set"]
        items = self.set_items("smartcard_ca_id", cards) + self.set_items("stb_ca_id", boxes)
        if subscription is not None:
            items.append(("smartcard_sub_provisioning_distribution_id", subscription.distributor))
            items.append(("stb_sub_provisioning_distributor_id", subscription.distributor))
        return self.create(
            session, common, "CREATE_PAIRING", items, cards[0], tuple(boxes), tuple(cards[1:])
        )

    def add_to_existing_pairing(self, given, _key):
        session = self.tokens.session(given.get("token"))
        findings = self.findings()
        self.subscription(given, findings, is_needed=False)
        card = self.smartcard(given, findings, may_be_bare=True)
        cards = read.ca_ids(given, "smartcard_set", "smartcard_ca_id", findings)
        boxes = read.ca_ids(given, "stb_set", "stb_ca_id", findings)
        given_sets = [name for name in ("smartcard_set", "stb_set") if given.get(name) is not None]
        if not self.is_number_of_sets(len(given_sets)):
            findings.add("one-of", "exactly one of smartcard_set and stb_set")
        common = self.common(given, "ADD_TO_EXISTING_PAIRING", findings)
        findings.end()
        items = [("existing_smartcard_ca_id", self.card_ca_id(card))]
        items += self.set_items("smartcard_ca_id", cards or [])
        items += self.set_items("stb_ca_id", boxes or [])
        return self.create(
            session,
            {**common, "process_name": "MANUAL"},
            "ADD_TO_EXISTING_PAIRING",
            items,
            card.ca_id,
            tuple(boxes or ()),
            tuple(cards or ()),
        )

    def is_number_of_sets(self, count):
        return count == 1 or (count == 2 and self.readings.both_sets == "taken")

    def set_items(self, key, ca_ids):
        return [(key, ca_id) for ca_id in ca_ids]

    def reset_pin_to_default(self, given, _key):
        return self.reset_pin(given, "UPDATE_CA_PIN_TO_DEFAULT_VALUE", is_given=False)

    def reset_pin_to_given(self, given, _key):
        return self.reset_pin(given, "UPDATE_CA_PIN_TO_GIVEN_VALUE", is_given=True)

    def reset_pin(self, given, kind, is_given):
        session = self.tokens.session(given.get("token"))
        findings = self.findings()
        subscription = self.subscription(given, findings)
        card = self.smartcard(given, findings, may_be_bare=True)
        pin = read.pin(given, findings) if is_given else None
        common = self.common(given, kind, findings)
        findings.end()
        items = [
            ("smartcard_sub_provisioning_distribution_id", subscription.distributor),
            ("smartcard_ca_id", self.card_ca_id(card)),
        ]
        if is_given:
            items.append(("ca_pin", self.printed_pin(pin)))
        return self.create(session, common, kind, items, card.ca_id)

    def printed_pin(self, _pin):
        return None

    def service_ca_id(self, product):
        return product.ca_id

    def card_ca_id(self, item):
        return item.ca_id

    def subscription(self, given, findings, is_needed=True):
        return self.record(given, "subscription_identifier", self.world.subscriptions, findings, is_needed)

    def service(self, given, subscription, findings):
        product = self.record(given, "service_identifier", self.world.products, findings)
        if product is not None and not product.is_service:
            findings.add("not-a-service", "service_identifier: the product is no service")
        elif product is not None and subscription is not None and product.code not in subscription.services:
            findings.add("not-on-subscription", "service_identifier: not on the subscription")
        return product

    def smartcard(self, given, findings, subscription=None, may_be_bare=False):
        name = "smartcard_identifier"
        if may_be_bare and self.readings.bare_smartcard == "taken" and isinstance(given.get(name), str):
            item = self.world.find(self.world.items, "ca_id", given[name])
            if item is None:
                findings.add("not-found", f"{name}: there is no such record")
        else:
            item = self.record(given, name, self.world.items, findings)
        if item is not None and not item.is_smartcard:
            findings.add("not-a-smartcard", f"{name}: the item is no smartcard")
        elif item is not None and subscription is not None and item.serial_number not in subscription.items:
            findings.add("not-on-subscription", f"{name}: not on the subscription")
        return item

    def record(self, given, name, records, findings, is_needed=True):
        named = read.identifier(given, name, findings, is_needed)
        if named is None:
            return None
        found = self.world.find(records, *named)
        if found is None:
            findings.add("not-found", f"{name}: there is no such record")
        return found

    def common(self, given, kind, findings):
        """What all six methods take."""
        start = None
        if kind in ("ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS"):
            start = read.date(given, "start_date", findings)
        if self.knows_scheduled_date(kind):
            start = read.date(given, "scheduled_date", findings) or start
        return {
            "priority": read.word(given, "priority", PRIORITIES, "REGULAR", findings),
            "immediately": read.flag(given, "process_immediately", findings),
            "date": start,
        }

    def knows_scheduled_date(self, kind):
        known = self.readings.scheduled_date
        return known == "all" or (known == "some" and kind in WITH_SCHEDULED_DATE)

    def scheduled(self, date, created):
        if date is not None:
            return date
        return created + timedelta(seconds=2 if self.readings.no_date == "later" else 0)

    def create(self, session, common, kind, items, card, boxes=(), cards=()):
        """Makes the request, and sends it if its call says so."""
        request = self.store.add(
            lambda request_id, number: self.new_request(
                session, common, kind, items, card, boxes, cards, request_id, number
            )
        )
        is_sent = request.immediately and not self.processing.waits_for_its_date(request)
        if is_sent and self.readings.immediately == "during":
            self.processing.send(request)
        with self.store.lock:
            printed = self.printer.request(request, is_post=True)
        if is_sent and self.readings.immediately == "after":
            threading.Thread(target=self.send_soon, args=(request,), daemon=True).start()
        return printed

    def send_soon(self, request):
        time.sleep(0.1)
        self.processing.send(request)

    def new_request(self, session, common, kind, items, card, boxes, cards, request_id, number):
        now = self.clock.now()
        later = timedelta(seconds=1 if self.readings.updated == "second-later" else 0)
        return Request(
            id=request_id,
            number=number,
            type=kind,
            created=now,
            updated=now + later,
            scheduled=self.scheduled(common["date"], now),
            priority=common["priority"],
            immediately=common["immediately"],
            user=session.user,
            unit=session.unit,
            items=[(key, value, self.store.next_id()) for key, value in items],
            card=card,
            boxes=boxes,
            cards=cards,
            process_name=common.get("process_name"),
            sequence=int(number) if self.readings.sequence == "number" else None,
        )
