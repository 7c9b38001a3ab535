"""Deployments that are wrong, each in one way a re-implementation gets wrong."""

from . import creating, lists, load, lookups, members, refusing, sending, tokens  # noqa: F401
from .catalogue import VARIANTS, Variant

__all__ = ["VARIANTS", "Variant"]
