"""Requests of foreign pages: what a page of somebody else has a reader's browser ask of this server.

A browser lets any page ask any server. With a name of its own that it points at this machine, a page
even reads the answers; so the name by which the server is called must be one of its own. And what
costs something is done for pages of this server alone.
"""

import ipaddress
import socket
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

ANY_HOST = "*"
_NEVER_PUBLIC = ("localhost", "local", "internal", "home.arpa")
"""Endings that no name in the public name system has."""
_FOREIGN = ("cross-site", "same-site")


def has_own_name(environ: Mapping[str, Any], hosts: frozenset[str]) -> bool:
    """Whether a request calls the server by a name that can be its own.

    Addresses, names without a dot and names that cannot be public are; so are those of this machine,
    and those that the operator named.
    """
    if ANY_HOST in hosts:
        return True
    name = _name_in(environ.get("HTTP_HOST", ""))
    return (
        name in hosts
        or _is_address(name)
        or "." not in name
        or name.endswith(tuple(f".{ending}" for ending in _NEVER_PUBLIC))
        or name in _names_of_machine()
    )


def is_for_foreign_page(environ: Mapping[str, Any]) -> bool:
    """Whether a foreign page has a browser ask, other than by a link that its reader follows."""
    if environ.get("HTTP_SEC_FETCH_SITE") not in _FOREIGN:
        return False
    is_followed = environ.get("HTTP_SEC_FETCH_USER") == "?1"
    return environ.get("HTTP_SEC_FETCH_MODE") != "navigate" or not is_followed


def _name_in(host: str) -> str:
    """The name in a Host header, in lower case, without port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _names_of_machine() -> frozenset[str]:
    return frozenset({socket.gethostname().lower()})
