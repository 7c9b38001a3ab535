"""What exists here: subscriptions, products, installed items, users; and what Conax knows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subscription:
    id: str
    number: str
    distributor: str
    services: tuple = ()
    items: tuple = ()


@dataclass(frozen=True)
class Product:
    id: str
    code: str
    ca_id: str = ""
    alternative_code: str = ""
    is_service: bool = True


@dataclass(frozen=True)
class Item:
    """An installed item."""

    id: str
    serial_number: str
    ca_id: str
    alternative_code: str = ""
    is_smartcard: bool = True
    # Whether Conax refuses orders for it.
    is_blocked: bool = False


@dataclass(frozen=True)
class Unit:
    id: str
    name: str
    description: str
    alternative_code: str
    group_name: str = "North"
    community_name: str = "Field Trials"


@dataclass(frozen=True)
class User:
    id: str
    username: str
    password: str
    person_name: str
    unit: str


UNITS = (
    Unit("0D4E7A1B93C65F28A47D1E90B3F26C58", "Head Office", "ho", "HO"),
    Unit("7B19E5C2D08F4A36915EC7D2A6B40F83", "Branch", "br", "BR"),
)
USERS = (
    User("17", "Fieldtester", "tr1al-and-err0r", "Frieda Eldtester", UNITS[0].id),
    User("18", "Nightshift", "0wls-and-bats", "Nina Ight", UNITS[0].id),
)
ORGANISATION = "TRIALS"
WEB_API_KEY = "5d1c7f60b2e94a83"

SERVICES = (
    Product("61A0D3F7C5B2489E8D10F4B6A7C92E35", "NEWS", "7101", "A-NEWS"),
    Product("A92F04C6E1D84B7390B5C8D7E2F61A4C", "NEWS-HD", "7102", "A-NEWS-HD"),
    Product("C3E58B1D6F9A40278B4D0E7C5A12F963", "SPORT", "7201", "A-SPORT"),
)
NO_SERVICE = Product("E4B7C90A2D6F4135A8C1D5E03B9F7264", "DISH-80", "", "A-DISH", is_service=False)
PRODUCTS = (*SERVICES, NO_SERVICE)

CARDS = (
    Item("1F6C9D0E4B7A45C2831D5E6F7A8B9C01", "SN-40017", "01500000017", "ALT-17"),
    Item("2A7D0E1F5C8B46D3942E6F708B9C0D12", "SN-40025", "01500000025", "ALT-25"),
    Item("3B8E1F206D9C47E4A53F70819CAD1E23", "SN-40033", "01500000033", "ALT-33"),
)
BOX = Item("4C9F20317EAD48F5B640819AADBE2F34", "BX-7001", "3500000001", "ALT-B1", is_smartcard=False)
BOX_TOO = Item("5DA031428FBE4906C75192ABBECF3045", "BX-7002", "3500000002", is_smartcard=False)
BLOCKED = Item("6EB142539ACF4A17D862A3BCCFD04156", "SN-40041", "01500000041", is_blocked=True)
ELSEWHERE = Item("7FC25364ABD04B28E973B4CDD0E15267", "SN-50009", "01500000109", "ALT-109")
ITEMS = (*CARDS, BOX, BOX_TOO, BLOCKED, ELSEWHERE)

SUBSCRIPTIONS = (
    Subscription(
        "8AD36475BCE14C398A84C5DEE1F26378",
        "C-20451",
        "DB3A0C7E51F94D28A6B4E8C2907F1D36",
        ("NEWS", "NEWS-HD"),
        tuple(item.serial_number for item in (*CARDS, BOX, BOX_TOO, BLOCKED)),
    ),
    Subscription(
        "9BE47586CDF24D4A9B95D6EFF2037489",
        "C-20477",
        "EC4B1D8F62A05E39B7C5F9D3A180F247",
        ("SPORT",),
        (ELSEWHERE.serial_number,),
    ),
)


@dataclass
class World:
    """Looks records up by the keys they are known under."""

    subscriptions: tuple = SUBSCRIPTIONS
    products: tuple = PRODUCTS
    items: tuple = ITEMS
    units: tuple = UNITS
    users: tuple = USERS
    # Pairings that Conax has: a box by its CA id, and its card.
    pairings: dict = field(default_factory=dict)

    @staticmethod
    def matches(known, asked):
        """Whether a record known so is the one asked for."""
        return known != "" and known == asked

    def find(self, records, key, value):
        """The record with this key."""
        return next((one for one in records if self.matches(getattr(one, key), value)), None)

    def unit(self, unit_id):
        return self.find(self.units, "id", unit_id)


def file_for_verify(patience="20s"):
    """The world file that `conax-sim verify` reads."""
    quoted = lambda pairs: ", ".join(f'{key}: "{value}"' for key, value in pairs if value)
    item = lambda one: "{ %s }" % quoted(
        [
            ("id", one.id),
            ("serial_number", one.serial_number),
            ("alternative_code", one.alternative_code),
            ("ca_id", one.ca_id),
        ]
    )
    product = lambda one: "{ %s }" % quoted(
        [
            ("id", one.id),
            ("code", one.code),
            ("alternative_code", one.alternative_code),
            ("ca_id", one.ca_id),
        ]
    )
    subscription = lambda one: "{ %s }" % quoted([("id", one.id), ("number", one.number)])
    ours = SUBSCRIPTIONS[0]
    lines = [
        'login: { username: "%s", organisation: "%s", unit: "%s" }'
        % (USERS[0].username, ORGANISATION, UNITS[1].id),
        f"subscription: {subscription(ours)}",
        f"service: {product(SERVICES[0])}",
        "smartcards:",
        *(f"  - {item(card)}" for card in CARDS),
        'stbs: ["%s", "%s"]' % (BOX.ca_id, BOX_TOO.ca_id),
        f"no_service: {product(NO_SERVICE)}",
        f"no_smartcard: {item(BOX)}",
        f"service_elsewhere: {product(SERVICES[2])}",
        f"smartcard_elsewhere: {item(ELSEWHERE)}",
        "rejected:",
        f"  subscription: {subscription(ours)}",
        f"  service: {product(SERVICES[0])}",
        f"  smartcard: {item(BLOCKED)}",
        f"patience: {patience}",
    ]
    return "\n".join(lines) + "\n"
