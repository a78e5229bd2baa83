"""One port: the webhook, `/healthz` for whoever restarts the bot, `/metrics` for Prometheus."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bot.channels.telegram.client import is_number
from bot.channels.telegram.receive import Receiver
from bot.health import EDGES, Health
from bot.log import place
from bot.storage.database import NO_ANSWER

log = logging.getLogger(__name__)

_silent = logging.getLogger(f"{__name__}.server")
# Every broken request of a passer-by would leave a traceback and an address in the log. Faults of
# ours are told by `_told`.
_silent.disabled = True

LARGEST = 1024 * 1024
"""Bytes of an update; the longest message with all it may quote is a tenth of that."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name (Bot API, setWebhook)


class Web:
    """Serves one bot: health and metrics, and at `path` (None: nowhere) updates from who knows
    the `secret`."""

    def __init__(self, health: Health, path: str | None, secret: str) -> None:
        self._health = health
        self._secret = secret.encode()
        self._receiver: Receiver | None = None
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(health))
        self._app = web.Application(client_max_size=LARGEST, middlewares=[_told])
        self._app.router.add_get("/healthz", self._healthz)
        self._app.router.add_get("/metrics", self._metrics)
        if path is not None:
            self._app.router.add_post(path, self._update)
        self._runner: web.AppRunner | None = None

    def open(self, receiver: Receiver) -> None:
        """From now on updates go there; until then Telegram is told to come again."""
        self._receiver = receiver

    async def start(self, host: str | None, port: int) -> None:
        """Listens; `host` None means everywhere. Raises OSError when the port is taken."""
        # No access log: it would hold addresses of people's phones behind some proxies. When it
        # stops, aiohttp waits for that time twice: for the requests, and when it has cut them off.
        self._runner = web.AppRunner(
            self._app, access_log=None, logger=_silent, shutdown_timeout=0.5
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Takes nothing new; what is being taken is finished."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _update(self, request: web.Request) -> web.Response:
        """200 only when Telegram may forget the update (Bot API, setWebhook)."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            raw = None
        except (web.RequestPayloadError, ConnectionError):
            raw = None  # it broke off, or is not encoded as it says; Telegram comes again
        if not isinstance(raw, dict) or not is_number(raw.get("update_id")):
            return web.Response(status=400)
        if self._receiver is None or self._receiver.full:
            return _later()
        try:
            fresh = await self._receiver.take([raw], answered=True)
        except NO_ANSWER:
            return _later()
        match raw:
            case {"callback_query": {"message": {"chat": {"type": "group" | "supergroup"}}}}:
                pass  # a member's press is answered in words
            case {"callback_query": {"id": str(query_id)}} if fresh:
                # Saves a call. Nothing depends on its result (Bot API, "Making requests when
                # getting updates"), and a spinner stops even where no screen can be shown.
                ride = {"method": "answerCallbackQuery", "callback_query_id": query_id}
                return web.json_response(ride)
        return web.Response()

    async def _healthz(self, _: web.Request) -> web.Response:
        troubles = self._health.troubles()
        said = {part.name: troubles.get(part.name, "ok") for part in self._health.parts}
        status = "failing" if troubles else "ok"
        return web.json_response({"status": status, **said}, status=503 if troubles else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


@web.middleware
async def _told(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        log.error("a request failed (%s in %s)", type(error).__name__, place(error))
        return web.Response(status=500)


def _later() -> web.Response:
    """Telegram comes again with the same update."""
    return web.Response(status=503, headers={"Retry-After": "1"})


class _Figures(Collector):
    """The health as metrics; docs/operating.md explains each."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health = self._health
        updates = CounterMetricFamily(
            "carnk_updates", "Updates by what became of them", labels=["outcome"]
        )
        for outcome in ("taken", "repeated", "shown", "dropped", "set_aside"):
            updates.add_metric([outcome], getattr(health, outcome))
        yield updates
        took = HistogramMetricFamily("carnk_turn_seconds", "From its turn to the screen shown")
        counts = [sum(health.buckets[: n + 1]) for n in range(len(health.buckets))]
        edges = [*(str(edge) for edge in EDGES), "+Inf"]
        took.add_metric([], list(zip(edges, counts, strict=True)), health.seconds)
        yield took
        yield GaugeMetricFamily("carnk_waiting", "Turns not ended yet", value=health.waiting())
        oldest = "For how long the oldest turn has been under way, in seconds"
        yield GaugeMetricFamily("carnk_oldest_turn_seconds", oldest, value=health.oldest())
        well = GaugeMetricFamily("carnk_healthy", "1 when a part does its job", labels=["part"])
        troubles = health.troubles()
        for part in health.parts:
            well.add_metric([part.name], part.name not in troubles)
        yield well
