"""Which addresses Telegram takes for a link (TDLib: LinkManager.cpp, tdutils HttpUrl.cpp)."""

import re
from functools import lru_cache

_SCHEME = re.compile(r"([^:/?#@\[\]]*)://")
_AUTHORITY = re.compile(r"[^/?#]*")
_PART = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=\x80-\U0010ffff]|%[0-9A-Fa-f]{2})*")
_OWN = re.compile("(tg|ton|tonsite):(?://)?(.*)", re.IGNORECASE | re.DOTALL)
_USER = re.compile(
    r"tg:(?://)?user/?\?(?:[^#]*&)?id=0*([1-9][0-9]{0,18})(?:[&#].*)?", re.IGNORECASE
)


class WrongLink(ValueError):  # noqa: N818 - the name says what is wrong, as the operator reads it
    """Not an address Telegram would open; the text is TDLib's reason."""


def mentioned_user(address: str) -> int | None:
    """The user id of a `tg://user?id=...` address, else None."""
    if address[:3].lower() != "tg:":
        return None
    found = _USER.fullmatch(address)
    return int(found[1]) if found else None


@lru_cache(maxsize=1024)
def checked_link(address: str) -> str:
    """The address as Telegram keeps it, or "" where it silently drops the link."""
    try:
        return check_link(address)
    except WrongLink:
        return ""


def check_link(address: str) -> str:
    """The address as Telegram keeps it: scheme added, host in lower case. Raises WrongLink."""
    own = _OWN.fullmatch(address)
    if own:
        scheme, host, rest = own[1].lower(), *_own_parts(own[2])
        if not re.fullmatch("[a-z0-9_.-]+", host):
            raise WrongLink("Unallowed characters in URL host")
        return f"{scheme}://{host}{rest}"
    scheme, userinfo, host, port, path = _parts(address)
    if "." not in host and not host.startswith("["):
        raise WrongLink("Wrong HTTP URL")
    at = f"{userinfo}@" if userinfo else ""
    return f"{scheme}://{at}{host}{f':{port}' if port else ''}{path}"


def _own_parts(rest: str) -> tuple[str, str]:
    if "://" in rest.split("?", 1)[0]:
        raise WrongLink("Wrong tg URL")
    _, userinfo, host, port, path = _parts(rest)
    if userinfo or port or host.startswith("["):
        raise WrongLink("Wrong tg URL")
    return host, path[1:] if path[1:2] == "?" else path


def _parts(address: str) -> tuple[str, str, str, int, str]:
    """(scheme, user, host, port or 0, path with query). Raises WrongLink."""
    found = _SCHEME.match(address)
    scheme, rest = (found[1].lower(), address[found.end() :]) if found else ("http", address)
    if scheme not in {"http", "https"}:
        raise WrongLink("Unsupported URL protocol")
    authority = _AUTHORITY.match(rest)
    place = authority[0] if authority else ""
    path = rest[len(place) :].rstrip(" \t\r\n\v\0") or "/"
    userinfo, _, server = place.rpartition("@")
    host, port = server, 0
    if not server.endswith("]") and ":" in server:
        host, _, digits = server.rpartition(":")
        if not re.fullmatch("0*[1-9][0-9]{0,4}", digits) or int(digits) > 65535:
            raise WrongLink("Wrong port number specified in the URL")
        port = int(digits)
    if not host:
        raise WrongLink("URL host is empty")
    if host == ".":
        raise WrongLink("Host is invalid")
    if host.startswith("[") and host.endswith("]"):
        if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", host):
            raise WrongLink("Wrong IPv6 address specified in the URL")
    elif not _PART.fullmatch(host):
        raise WrongLink("Disallowed character in URL host")
    if not _PART.fullmatch(userinfo.replace(":", "")):
        raise WrongLink("Disallowed character in URL userinfo")
    if not path.startswith("/"):
        path = "/" + path
    path = re.sub(r"[\x00-\x20]", lambda blank: f"%{ord(blank[0]):02X}", path)
    return scheme, userinfo, host.lower(), port, path
