"""How updates reach the bot: long polling, or a webhook that the sandbox calls.

Polling: one poller at a time, an update stays until a higher offset confirms it. Webhook: updates
of one chat in order, chats side by side, again and again until the bot says 200; a method named
in its answer is carried out (Bot API: getUpdates, setWebhook, "Making requests when getting
updates").
"""

import asyncio
import json
import logging
import re
from collections import deque
from collections.abc import Callable

import aiohttp

from bot.sandbox.call import Call, Method, RawJson
from bot.sandbox.model import Json
from bot.sandbox.rules import Refused, bad
from bot.sandbox.updates import UpdateQueue, Waiting
from bot.sandbox.world import World

log = logging.getLogger(__name__)

TIMEOUT = 50
"""Seconds a long poll lasts at most, whatever it asks for."""
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?(?:/|$)")
_PORTS = re.compile(r"https://[^/:]+(?::(?:443|80|88|8443))?(?:/|$)")


_OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
    "running"
)
_OTHER_WAY = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
    "the webhook first"
)


class Delivery:
    """The way out of one world's queue. `invoke` carries out a method a webhook's answer names."""

    def __init__(self, world: World, invoke: Callable[[Call], object]) -> None:
        self.world = world
        self.queue: UpdateQueue = world.queue
        self.invoke = invoke
        self.retry_seconds = 1.0
        """How long to wait before an update is offered to the webhook again."""
        self.timeout_seconds = 60.0
        """How long the webhook may take for one update."""
        self._poller: asyncio.Future[str] | None = None
        self._hook: Webhook | None = None
        self.queue.listeners.append(self._new)

    def methods(self) -> dict[str, Method]:
        """The methods that are about the delivery itself, by name in lower case."""
        webhook = (
            "url certificate ip_address max_connections allowed_updates drop_pending_updates "
            "secret_token"
        )
        table = (
            Method("getUpdates", self._updates, _names("offset limit timeout allowed_updates")),
            Method("setWebhook", self._set_webhook, _names(webhook)),
            Method("deleteWebhook", self._delete_webhook, _names("drop_pending_updates")),
            Method("getWebhookInfo", self._webhook_info, frozenset()),
        )
        return {each.name.lower(): each for each in table}

    def _new(self, update: Waiting) -> None:
        self._wake("")
        if self._hook is not None:
            self._hook.take(update)

    def _wake(self, conflict: str) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(conflict)

    async def _updates(self, _world: World, call: Call) -> RawJson:
        """409 beside a webhook, and for a poller when another one comes."""
        if self._hook is not None:
            raise Refused(409, _OTHER_WAY)
        self._wake(_OTHER_POLLER)
        if call.get("allowed_updates") is not None:
            self.queue.allow(_kinds(call))
        offset = call.integer("offset") or 0
        if offset:
            self.queue.confirm(offset)
        limit = min(max(call.integer("limit") or 100, 1), 100)
        wait = min(call.integer("timeout") or 0, TIMEOUT)
        if not len(self.queue) and wait > 0:
            await self._wait(wait)
        return RawJson(b"[" + b",".join(each.body for each in self.queue.batch(limit)) + b"]")

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        poller = self._poller = loop.create_future()
        timer = loop.call_later(seconds, _finish, poller)
        try:
            conflict = await poller
        finally:
            timer.cancel()
            if self._poller is poller:
                self._poller = None
        if conflict:
            raise Refused(409, conflict)

    async def _set_webhook(self, world: World, call: Call) -> bool:
        """Take updates to the bot from now on; without a url, stop doing so."""
        if not call.text("url"):
            return await self._delete_webhook(world, call)
        hook = self._new_hook(call, call.text("url"))
        kinds = _kinds(call) if call.get("allowed_updates") is not None else None
        await self.stop()
        self._wake("Conflict: terminated by setWebhook request")
        if kinds is not None:
            self.queue.allow(kinds)
        if call.flag("drop_pending_updates"):
            self.queue.clear()
        self._hook = hook
        for update in self.queue:
            hook.take(update)
        return True

    async def _delete_webhook(self, _world: World, call: Call) -> bool:
        await self.stop()
        if call.flag("drop_pending_updates"):
            self.queue.clear()
        return True

    def _new_hook(self, call: Call, url: str) -> "Webhook":
        if not url.startswith("https://") and not _LOOPBACK.match(url):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if url.startswith("https://") and not _PORTS.match(url):
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        secret = call.text("secret_token")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not re.fullmatch("[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        most = min(max(call.integer("max_connections") or 40, 1), 100)
        return Webhook(self, url, secret, most)

    def _webhook_info(self, _world: World, _call: Call) -> Json:
        hook = self._hook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue),
        }
        if hook is not None:
            info |= {"ip_address": "127.0.0.1", "max_connections": hook.most}
            if hook.failed_at is not None:
                info |= {"last_error_date": hook.failed_at, "last_error_message": hook.failure}
        if self.queue.allowed is not None:
            info["allowed_updates"] = sorted(self.queue.allowed)
        return info

    async def stop(self) -> None:
        """No more deliveries by webhook."""
        hook, self._hook = self._hook, None
        if hook is not None:
            await hook.close()

    def release(self) -> None:
        """Let a waiting poll answer now (the server is stopping)."""
        self._wake("")


def _names(params: str) -> frozenset[str]:
    return frozenset(params.split())


def _finish(poller: asyncio.Future[str]) -> None:
    if not poller.done():
        poller.set_result("")


def _kinds(call: Call) -> list[str]:
    kinds = call.json("allowed_updates", "allowed updates") or []
    if not isinstance(kinds, list):
        raise bad("can't parse allowed updates JSON object")
    return [str(kind) for kind in kinds]


class Webhook:
    """Takes updates to one address: a worker for each chat, `most` of them at a time."""

    def __init__(self, delivery: Delivery, url: str, secret: str, most: int) -> None:
        self.delivery = delivery
        self.url = url
        self.most = most
        self.failed_at: int | None = None
        self.failure = ""
        self._headers = {"Content-Type": "application/json"}
        if secret:
            self._headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        self._places = asyncio.Semaphore(most)
        self._chats: dict[int, deque[Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def take(self, update: Waiting) -> None:
        """Hand an update to the worker of its chat."""
        waiting = self._chats.get(update.key)
        if waiting is not None:
            waiting.append(update)
            return
        self._chats[update.key] = deque([update])
        worker = asyncio.get_running_loop().create_task(self._work(update.key))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, key: int) -> None:
        waiting, queue = self._chats[key], self.delivery.queue
        while waiting:
            update = waiting[0]
            if update.id in queue:
                async with self._places:
                    delivered = await self._offer(update)
                if not delivered:
                    await asyncio.sleep(self.delivery.retry_seconds)
                    continue
                queue.done(update.id)
            waiting.popleft()
        del self._chats[key]

    async def _offer(self, update: Waiting) -> bool:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.delivery.timeout_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._session.post(
                self.url, data=update.body, headers=self._headers
            ) as answer:
                body = await answer.read()
                status, reason = answer.status, answer.reason
        except (aiohttp.ClientError, TimeoutError) as error:
            refused = isinstance(error, aiohttp.ClientConnectorError)
            self._failed("Connection refused" if refused else "Read timeout expired")
            return False
        if not 200 <= status < 300:
            self._failed(f"Wrong response from the webhook: {status} {reason}")
            return False
        self._answer(body)
        return True

    def _failed(self, why: str) -> None:
        self.failed_at, self.failure = int(self.delivery.world.now()), why

    def _answer(self, body: bytes) -> None:
        """Carry out a method that came back in the response; what it returns nobody sees."""
        try:
            params = json.loads(body) if body.strip() else None
        except ValueError:
            return
        if not isinstance(params, dict) or not isinstance(params.get("method"), str):
            return
        name = params.pop("method")
        try:
            self.delivery.invoke(Call(name, params))
        except Refused as refused:
            log.info("the webhook's answer named %s, refused with %s", name, refused.code)

    async def close(self) -> None:
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
