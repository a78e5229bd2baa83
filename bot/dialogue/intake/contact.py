"""How to reach somebody: e-mail addresses and telephone numbers, as the libraries for them see it.

Nothing is asked of any server: what has the right form may still not exist.
"""

import re

_ROUND = re.compile(r"[\s<>()\[\]（）,;，；:：!！\"“”]+")
"""What may stand round an address; quoting in front of the @ is not for people who type."""
_ABROAD = 12
_WIDE = {ord("＠"): "@", ord("。"): ".", ord("．"): "."}


def read_email(words: str) -> str | None:
    """The one address in `words`, in its usual form; None where there is none, or two."""
    # Few people choose e-mail: the library waits until then, and so does that of read_phone.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - as said above

    found = [part for part in _ROUND.split(words.translate(_WIDE)) if "@" in part]
    if len(found) != 1:
        return None
    try:
        return str(validate_email(found[0].strip(".'"), check_deliverability=False).normalized)
    except EmailNotValidError:
        return None


def read_phone(words: str, country: str | None) -> str | None:
    """E.164 (`+8613800138000`); a number without its country's code is one of `country` (ISO 3166).

    With a code it need only be possible; without one it must exist in the numbering plan, since a
    digit too few would pass as somebody else's number. Extensions cannot be called from abroad.
    """
    import phonenumbers  # noqa: PLC0415 - 3 MB; see read_email

    attempts = [(words, country)]
    digits = re.sub(r"\D", "", words)
    # Somebody abroad dials 00, or forgets the sign before the code. With fewer digits than twelve
    # it would be a mistyped number of the US that happens to exist in Switzerland.
    if re.fullmatch(r"[\d\s().-]+", words) and (digits.startswith("00") or len(digits) >= _ABROAD):
        attempts.append((f"+{digits.removeprefix('00')}", None))
    international = words.lstrip().startswith(("+", "＋"))
    for attempt, region in attempts:
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        exists = phonenumbers.is_valid_number(number)
        possible = international and phonenumbers.is_possible_number(number)
        if (exists or possible) and not number.extension:
            form = phonenumbers.PhoneNumberFormat.E164
            return str(phonenumbers.format_number(number, form))
    return None
