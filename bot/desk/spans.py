"""How long something took, or has been waiting, in words."""

from datetime import timedelta

from bot.i18n.text import Text, text


def lasting(span: timedelta) -> Text:
    """`45 min`, `3 h 20 min`, `24 h`, `2 d 4 h`: whole minutes, never rounded up; at least 0.

    Hours up to two days, because people count the 24 of the promise.
    """
    minutes = max(span, timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    if hours < 1:
        return text("span.minutes", minutes=minutes)
    if hours < 48:
        both = text("span.hours", hours=hours, minutes=rest)
        return both if rest else text("span.whole-hours", hours=hours)
    days, rest = divmod(hours, 24)
    return text("span.days", days=days, hours=rest) if rest else text("span.whole-days", days=days)
