"""What Schemathesis cannot know of the world it meets: a token, a login and names of records that
are valid there. Nothing but the token is made narrower: what was valid stays valid, and calls that
lead somewhere come up more often than chance would bring them up.
"""

import copy

import schemathesis

# The documented token; it never expires in the demo world.
TOKEN = "04FFBB37FED475A778F122709CBAC1D5"

# Records of the demo world that go together, by the schema of what names them.
KNOWN = {
    "SubscriptionIdentifier": [{"number": "S60600"}],
    "ServiceIdentifier": [{"code": "P1test"}, {"code": "SPORT"}, {"alternative_code": "SP"}],
    "SmartcardIdentifier": [{"serial_number": "01900080208"}, {"alternative_code": "kitchen"}],
    "ExistingSmartcardIdentifier": [{"smartcard_ca_id": "01900080208"}, "01900080209"],
    "SmartcardSet": [[{"smartcard_ca_id": "01900080208"}], [{"smartcard_ca_id": "01900080210"}]],
    "StbSet": [[{"stb_ca_id": "3012345601"}]],
}

# The documented login.
LOGIN = {"username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO"}


def with_known_records(schema):
    """The schema with every reference to such a name replaced by the names that are known."""
    if isinstance(schema, list):
        return [with_known_records(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    known = KNOWN.get(schema.get("$ref", "").rsplit("/", 1)[-1])
    if known is not None:
        return {"enum": known}
    return {name: with_known_records(inner) for name, inner in schema.items()}


def with_known_login(schema):
    known = copy.deepcopy(schema)
    for name, value in LOGIN.items():
        known["properties"][name] = {"const": value}
    return known


def as_sent(schema):
    """In a query `false` and `7` are text like any other; no server can tell their type."""
    if schema.get("type") == "string":
        schema["type"] = ["string", "number", "boolean"]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    schemas = raw_schema["components"]["schemas"]
    for name in [name for name in schemas if name.endswith("Call")]:
        schema = schemas[name]
        for branch in schema.get("oneOf", [schema]):
            # What is released is no longer valid for the others.
            if "token" in branch["properties"] and name != "ReleaseTokenCall":
                branch["properties"]["token"] = {"const": TOKEN}
        if name == "IssueTokenCall":
            schemas[name] = {"anyOf": [with_known_login(schema), schema]}
        elif name.endswith(("SubscriptionsCall", "PairingCall", "ValueCall")):
            schemas[name] = {"anyOf": [with_known_records(schema), schema]}
    for path in raw_schema["paths"].values():
        for parameter in path.get("get", {}).get("parameters", []):
            if parameter["name"] == "token":
                parameter["schema"] = {"const": TOKEN}
            if parameter["name"] == "filter":
                for branch in parameter["schema"]["oneOf"]:
                    as_sent(branch["properties"]["reference_number"])
            if parameter["name"] == "provisioning_request_identifier":
                known = {"enum": ["number=4049", "number=4050"]}
                parameter["schema"] = {"anyOf": [known, parameter["schema"]]}
