"""Whether somebody asks from this very machine: then alone may a floor stand open without a login."""

from ipaddress import ip_address

_NAMES = ("localhost", "")  # "": no name given, as by a program that speaks HTTP/1.0


def loopback(host: str) -> bool:
    """Whether a host's name or address means this machine alone."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        found = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def asked_here(client: str, server: str, host: str, forwarded: bool) -> bool:
    """Whether a request came over loopback, was meant for it, and was not passed on by a proxy.

    ``client``, ``server``: the connection's two addresses, "" where the server does not tell. ``host``: the
    Host header; another name there is a page elsewhere that had its name pointed at this machine.
    """
    ends = all(loopback(end) for end in (client, server) if end)
    return ends and not forwarded and _named_here(host)


def _named_here(host: str) -> bool:
    name = host.strip()
    if name.startswith("["):
        name = name.partition("]")[0] + "]"
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    return name in _NAMES or loopback(name)
