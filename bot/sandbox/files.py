"""Files people and the bot send: kept in memory, under ids as Telegram gives them."""

import mimetypes
import re
import struct
from secrets import token_urlsafe
from zlib import compress, crc32

from bot.sandbox.model import Json, StoredFile

_FOLDERS = {
    "photo": "photos",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
    "voice": "voice",
    "audio": "music",
}
_MIME = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
}


def _picture(width: int, height: int) -> bytes:
    """A PNG that goes from one grey to another, top to bottom."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([210 - 70 * y // height]) * width for y in range(height))
    body = chunk(b"IHDR", head) + chunk(b"IDAT", compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


SAMPLE_PICTURE = _picture(240, 160)
"""What a person sends who has no picture at hand."""


class Files:
    """Every file of the world by its id."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._counts: dict[str, int] = {}

    def add(
        self, kind: str, data: bytes, name: str = "", *, mime: str = "", size: int | None = None
    ) -> StoredFile:
        """Keep `data`; `size` (bytes) may claim more than is there, for tests of limits."""
        folder = _FOLDERS.get(kind, "documents")
        number = self._counts[folder] = self._counts.get(folder, -1) + 1
        mime = mime or mimetypes.guess_type(name)[0] or _MIME.get(kind, "application/octet-stream")
        ending = mimetypes.guess_extension(mime) or ".bin"
        width, height = dimensions(data) or (0, 0)
        stored = StoredFile(
            kind=kind,
            id=f"AgAD{token_urlsafe(24)}",
            unique_id=f"AQAD{token_urlsafe(8)}",
            path=f"{folder}/file_{number}{ending}",
            data=data,
            name=name or f"file_{number}{ending}",
            mime=mime,
            size=len(data) if size is None else size,
            width=width,
            height=height,
        )
        self._by_id[stored.id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file a bot downloads from /file/bot<token>/<path>."""
        return next((each for each in self._by_id.values() if each.path == path), None)


def media(kind: str, stored: StoredFile, duration: int = 0) -> Json:
    """The field of a Message that holds this file, as a client of this kind would send it."""
    whole = stored.api()
    if kind == "photo":
        small = {**whole, "width": min(stored.width, 90), "height": min(stored.height, 90)}
        small["file_unique_id"] = f"{stored.unique_id}s"
        return {"photo": [small, {**whole, "width": stored.width, "height": stored.height}]}
    if kind == "video_note":
        return {"video_note": {**whole, "length": stored.width or 240, "duration": duration}}
    whole["mime_type"] = stored.mime
    if kind == "voice":
        return {"voice": {**whole, "duration": duration}}
    whole["file_name"] = stored.name
    if kind == "document":
        return {"document": whole}
    if kind == "audio":
        return {"audio": {**whole, "duration": duration}}
    moving = {"width": stored.width, "height": stored.height, "duration": duration}
    shape: Json = {kind: {**whole, **moving}}
    if kind == "animation":
        shape["document"] = whole  # for clients that know no animations (Bot API: Message)
    return shape


def opened_as(mime: str) -> str | None:
    """The type with which a browser may show somebody else's bytes; None if it is to keep them as
    a file. Nothing of it can run: text is shown as it is written, whatever it is."""
    kind = mime.partition(";")[0].strip().lower()
    if re.fullmatch("image/(?:png|jpeg|gif|webp)|audio/.*|video/.*", kind):
        return kind
    return "text/plain" if kind.startswith("text/") or kind == "application/json" else None


def file_of(shape: Json) -> str | None:
    """The id of the file in the media fields of a message."""
    if "photo" in shape:
        return str(shape["photo"][-1]["file_id"])
    for kind in ("document", "video", "video_note", "animation", "voice", "audio", "sticker"):
        if kind in shape:
            return str(shape[kind]["file_id"])
    return None


def dimensions(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels of a PNG, JPEG or GIF, or None."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:4] == b"GIF8" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg(data) if data[:2] == b"\xff\xd8" else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
