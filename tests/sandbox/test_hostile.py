"""Whatever is sent to the Bot API is carried out or refused; the sandbox itself never fails."""

import json
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.i18n.entities import units
from bot.sandbox.call import METHODS, Call
from bot.sandbox.detection import detect
from bot.sandbox.rules import Refused
from bot.sandbox.server import Sandbox

NAMES = sorted(METHODS)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.sampled_from(["HTML", "<b>x</b>", "</", "\ud800", "{}", "[]", "[1]", "null", "@x"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "type", "text", "message_id", "chat_id", "inline_keyboard", "keyboard", "emoji",
                    "callback_data", "url", "copy_text", "offset", "length", "command", "media",
                    "description", "caption", "force_reply", "user", "quote", "parse_mode",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_call_breaks_the_server(data: st.DataObject) -> None:
    """Any values for any parameters: a result that is JSON, or a refusal with a known code."""
    sandbox = Sandbox()
    maria = sandbox.add_person("Maria", "en", started=True)
    sandbox.people.say(maria.id, maria.id, "x")
    sandbox.people.send(maria.id, maria.id, "photo")
    method = METHODS[data.draw(st.sampled_from(NAMES))]
    names = data.draw(st.lists(st.sampled_from(sorted(method.params) or ["x"]), max_size=6))
    params = {name: data.draw(VALUES) for name in names}
    for name in ("chat_id", "from_chat_id"):
        if name in method.params and data.draw(st.booleans()):
            params[name] = data.draw(st.sampled_from([maria.id, sandbox.staff_chat_id]))
    kept = {name: value for name, value in params.items() if value is not None}
    call = Call(method.name, kept)
    try:
        method.check(call)
        result = method.handler(sandbox.world, call)
    except Refused as refused:
        assert refused.code in {400, 403, 413}
        assert refused.description.startswith(("Bad Request: ", "Forbidden: ", "Request Entity"))
    else:
        json.dumps(result)


@given(st.text(alphabet="ab@/#$+1.-: \nhttps:org,com自😀"))
def test_what_is_found_in_a_text_lies_in_it(text: str) -> None:
    """Found entities are in order, do not touch each other's text and end inside the text."""
    found = detect(text)
    ends = [entity.end for entity in found]
    assert ends == sorted(ends)
    assert all(a.end <= b.offset for a, b in pairwise(found))
    assert all(0 <= entity.offset < entity.end <= units(text) for entity in found)
