"""What a wrong variant is, and where all of them are kept."""

from dataclasses import dataclass

VARIANTS = {}


@dataclass(frozen=True)
class Variant:
    name: str
    # What is wrong, in a sentence.
    about: str
    # One of these has to be found broken, as a `must` unless there is a reason why not.
    clauses: tuple
    # Makes a deployment wrong.
    spoil: object
    # Readings it needs, `name=value`.
    readings: tuple = ()
    # Local time there, in hours from UTC.
    zone: float = -5
    # Why it is a `should` only: what the documents do not say.
    should: str = ""
    # Why it is a `may` only: what is a choice of ours.
    may: str = ""
    # Findings of `must` and `should` clauses at most: what has one cause is told once.
    most: int = 1

    @property
    def degree(self):
        return "may" if self.may else "should" if self.should else "must"

    @property
    def why(self):
        """Why it is no `must`; empty if it is one."""
        return self.may or self.should


def wrong(*clauses, readings=(), zone=-5, should="", may="", most=1):
    """Registers a function that makes a deployment wrong; its name and its text are the variant's."""

    def keep(spoil):
        name = spoil.__name__.replace("_", "-")
        assert name not in VARIANTS, name
        about = " ".join(spoil.__doc__.split())
        VARIANTS[name] = Variant(name, about, clauses, spoil, readings, zone, should, may, most)
        return spoil

    return keep


def instead(owner, name):
    """Replaces a method of one object; what it replaces is the first argument."""

    def put(replacement):
        original = getattr(owner, name)
        setattr(owner, name, lambda *given, **named: replacement(original, *given, **named))
        return replacement

    return put
