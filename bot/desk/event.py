"""What a member of staff did in their group, as a value free of Telegram."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Member:
    """Who acts: Telegram's id and the name they show. `anonymous`: an administrator who speaks as
    the group itself (Bot API, Message, sender_chat); then both are the group's."""

    id: int
    name: str
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a staff group: `topic` is None outside all topics (Bot API, message_thread_id).

    `message`: what was written or pressed. `answers`: the message that it is a reply to; never the
    service message with which a topic begins, though Telegram names that one too.
    """

    group: int
    message: int
    topic: int | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Wrote:
    """Anything written or sent. `kind`: "text" or one of dialogue.event.KINDS; `words`: the text,
    or what stands below a picture or file."""

    member: Member
    spot: Spot
    words: str = ""
    kind: str = "text"
    album: str | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command: Ordered(member, spot, "close", "K7PQ2")."""

    member: Member
    spot: Spot
    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button below a message of the bot; `data`: whatever it carried, or whatever was forged."""

    member: Member
    spot: Spot
    data: str
    query_id: str = field(default="", compare=False)


StaffEvent = Wrote | Ordered | Tapped
