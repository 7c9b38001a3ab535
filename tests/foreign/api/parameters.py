"""Reading calls: queries, bodies, and the values in them."""

import json
import re
from datetime import datetime
from urllib.parse import parse_qsl

from .refusal import Refusal

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
FORM = "%Y-%m-%dT%H:%M:%S"

# The first names of the tables: what an identifier's object may have.
KEYS = {
    "provisioning_request_identifier": ("id", "number"),
    "subscription_identifier": ("id", "number"),
    "service_identifier": ("id", "code", "alternative_code"),
    "smartcard_identifier": ("id", "serial_number", "alternative_code"),
}


def of_query(query, readings):
    """The parameters of a GET; `name=key=value` becomes an object."""
    found = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        inner = None
        if readings.query_identifier == "lenient":
            inner = re.fullmatch(r"(\w+_identifier)(?:\.|\[)(\w+)\]?", name)
        if inner:
            found.setdefault(inner[1], {})[inner[2]] = value
        elif name in KEYS:
            key, _, inside = value.partition("=")
            before = found.get(name, {}) if readings.query_twice != "last" else {}
            if not before or readings.query_twice != "first":
                found[name] = {**before, key: inside}
        else:
            found[name] = value
    return found


def of_body(body, readings):
    """The parameters of a POST: one JSON object."""

    def members(pairs):
        names = [name for name, _ in pairs]
        if readings.twice == "refused" and len(set(names)) < len(names):
            raise Refusal("value", "a parameter is given twice")
        return dict(pairs)

    try:
        found = json.loads(body.decode("utf-8") or "null", object_pairs_hook=members)
    except ValueError as problem:
        raise Refusal("value", f"the body is no JSON: {problem}") from problem
    if not isinstance(found, dict):
        raise Refusal("value", "the body has to be a JSON object")
    return found


def identifier(parameters, name, findings, is_needed=True):
    """Key and value of an identifier: exactly one of its keys."""
    given = parameters.get(name)
    if given is None:
        if is_needed:
            findings.add("missing", f"{name} is mandatory")
        return None
    if not isinstance(given, dict):
        findings.add("value", f"{name} has to be an object")
        return None
    keys = [key for key in KEYS[name] if given.get(key) is not None]
    if len(keys) != 1:
        findings.add("one-of", f"{name}: exactly one of {', '.join(KEYS[name])}")
        return None
    value = given[keys[0]]
    if not isinstance(value, str) or not value:
        findings.add("value", f"{name}.{keys[0]} has to be text")
        return None
    return keys[0], value


def ca_ids(parameters, name, member, findings):
    """The CA ids of a set, one at least; None if it is not given."""
    given = parameters.get(name)
    if given is None:
        return None
    if not isinstance(given, list) or not given:
        findings.add("value", f"{name} has to be a list of at least one")
        return None
    ids = [one.get(member) if isinstance(one, dict) else None for one in given]
    if not all(isinstance(one, str) and one for one in ids):
        findings.add("value", f"{name}: each member has to be an object with {member}")
        return None
    return ids


def date(parameters, name, findings):
    given = parameters.get(name)
    if given is None:
        return None
    if isinstance(given, str) and DATE.fullmatch(given):
        try:
            return datetime.strptime(given, FORM)
        except ValueError:
            pass
    findings.add("value", f"{name}: found `{given}`, expected YYYY-MM-DDThh:mm:ss")
    return None


def flag(parameters, name, findings):
    given = parameters.get(name)
    if given is None:
        return False
    # 1 == True in Python, 1.0 as well: only these forms are meant.
    for form, meaning in (("true", True), ("1", True), ("false", False), ("0", False)):
        if json.dumps(given) in (form, f'"{form}"'):
            return meaning
    findings.add("value", f"{name}: found `{given}`, expected true or false")
    return False


def word(parameters, name, allowed, default, findings):
    given = parameters.get(name)
    if given is None:
        return default
    if given not in allowed:
        findings.add("value", f"{name}: found `{given}`, expected one of {', '.join(allowed)}")
    return given


def pin(parameters, findings):
    given = parameters.get("pin")
    if given is None:
        findings.add("missing", "pin is mandatory")
        return None
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return str(given)
    if isinstance(given, str) and re.fullmatch(r"[0-9]+", given):
        return given
    findings.add("value", "pin has to be digits")
    return None


def count(parameters, name, findings):
    given = parameters.get(name)
    if given is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", given):
        return int(given)
    findings.add("value", f"{name}: found `{given}`, expected a whole number")
    return None
