"""Telegram's HTML as Telegram reads it: what shows, where the formatting is, what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import entities, links
from bot.i18n.entities import tidy
from bot.i18n.markup import TAGS, Entity, Marked, MarkupError, escape, parse, units, visible_length
from tests.steps import steps


def kinds(html: str) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.offset, entity.length) for entity in parse(html).entities]


def refusal(html: str) -> str:
    with pytest.raises(MarkupError) as caught:
        parse(html)
    assert str(caught.value) == caught.value.description
    return caught.value.description


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<b>x</b>", "bold"),
        ("<strong>x</strong>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">x</span>', "spoiler"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ('<blockquote expandable="">x</blockquote>', "expandable_blockquote"),
        ('<a href="https://example.org/">x</a>', "text_link"),
        ('<a href="tg://user?id=7">x</a>', "text_mention"),
        ('<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>', "custom_emoji"),
        ('<tg-time unix="1700000000" format="wDT">x</tg-time>', "date_time"),
        ("<B>x</b >", "bold"),
        ("<b >x</b>", "bold"),
        ("<b class='any' other>x</>", "bold"),
    ],
)
def test_every_tag_makes_its_entity(html: str, kind: str) -> None:
    """Each of the 17 tags formats the text between its ends, in any case, with any attribute."""
    assert parse(html).text == "x"
    assert kinds(html) == [(kind, 0, 1)]


def test_the_tags_are_seventeen() -> None:
    """The grammar knows exactly the tags of TDLib's parse_html."""
    assert len(TAGS) == 17


@pytest.mark.parametrize(
    ("html", "description"),
    [
        ("a<br>", 'Unsupported start tag "br" at byte offset 1'),
        ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
        ("血压 < 140", 'Unsupported start tag "" at byte offset 7'),
        ("<P>x</P>", 'Unsupported start tag "p" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b ", 'Empty attribute name in the tag "b" at byte offset 0'),
        ("<b x", 'Unclosed start tag "b" at byte offset 0'),
        ("<b x=", 'Unclosed start tag "b" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="&lt;', "Unclosed start tag at byte offset 0"),
        ("<a href=x", "Unclosed start tag at byte offset 0"),
        ("<a href=“x”>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<a href=https://x.org>y</a>", "Unexpected end of name token at byte offset 8"),
        ('<b "x">y</b>', 'Empty attribute name in the tag "b" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            '<span class="red">x</span>',
            'Tag "span" must have class "tg-spoiler" at byte offset 0',
        ),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("</b", "Unexpected end tag at byte offset 0"),
        ("</P >", "Unexpected end tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        (
            "<b>a<i>c</b></i>",
            'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"',
        ),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
        ('<tg-time unix="1" format="x">x</tg-time>', "Invalid date format used"),
        (
            "&#xd83d;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for"
            " unmatched surrogate code units",
        ),
        ("a\0b", "Text must not contain null bytes"),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(html: str, description: str) -> None:
    """What Telegram refuses is refused, with the same sentence and the same byte offset."""
    assert refusal(html) == f"Can't parse entities: {description}"


def test_the_place_of_a_mistake_is_told_in_bytes() -> None:
    """The offset of an error is a number as well, in bytes of UTF-8, where Telegram names one."""
    with pytest.raises(MarkupError) as caught:
        parse("血压<x>")
    assert caught.value.offset == 6
    with pytest.raises(MarkupError) as caught:
        parse("<b>")
    assert caught.value.offset is None


def test_half_a_surrogate_is_no_text() -> None:
    """A lone UTF-16 half, as a careless program cuts an emoji, is refused."""
    assert refusal("a\ud83d") == "Strings must be encoded in UTF-8"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a &lt; b &gt; c &amp; &quot;d&quot;", 'a < b > c & "d"'),
        ("a > b & c", "a > b & c"),
        ("&lt b", "< b"),
        ("&nbsp;&bull;", "&nbsp;&bull;"),
        ("&#8212;&#x4e2d;", "—中"),
        ("&#0; &#x; &#; &#x110000; &#x0000000041;", "&#0; &#x; &#; &#x110000; &#x0000000041;"),
        ("&", "&"),
        ("  a  b \n\n", "a  b"),
        ("\n <b> x </b> ", " x"),
        ("a\tb\rc\u202ed", "a bcd"),
        ("a\u200e\u200fb", "a\u200c\u200fb"),
        ("\u2066א\u2069", "\u2066א\u2069"),
        ("<b></b>", ""),
        ("", ""),
    ],
)
def test_text_shows_as_telegram_shows_it(html: str, text: str) -> None:
    """References are decoded or shown as typed, controls and white space around the text go."""
    assert parse(html).text == text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("😀<b>x</b>", [("bold", 2, 1)]),
        ("&#128512;<b>x</b>", [("bold", 2, 1)]),
        ("血<b>压</b>", [("bold", 1, 1)]),
        ("<b>a</b><b>b</b>", [("bold", 0, 2)]),
        ("<b>a<b>b</b></b>", [("bold", 0, 2)]),
        ("<b>a<i>b</i>c</b>", [("bold", 0, 1), ("bold", 1, 2), ("italic", 1, 1)]),
        ("<i>a<b>b</b></i>c", [("italic", 0, 1), ("bold", 1, 1), ("italic", 1, 1)]),
        ("<code><b>x</b>y</code>", [("code", 0, 2)]),
        ("<b>a<code>b</code>c</b>", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<blockquote>a<b>b</b></blockquote>", [("blockquote", 0, 2), ("bold", 1, 1)]),
        ("<blockquote>a<code>b</code></blockquote>", [("blockquote", 0, 2), ("code", 1, 1)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", [("blockquote", 0, 2)]),
        (
            '<b><a href="t.me/x">ab</a></b>',
            [("text_link", 0, 2), ("bold", 0, 2)],
        ),
        ('<a href="t.me/x">a<a href="t.me/y">b</a></a>', [("text_link", 0, 2)]),
        ("<b>x\n</b>\n", [("bold", 0, 1)]),
        ("x<b> </b>", []),
        ("\n<b>\n</b>", []),
        ("<b>a\r</b>b", [("bold", 0, 1)]),
        ("a\r<b>\r</b>b", []),
        ('<tg-time unix="soon">x</tg-time>', []),
    ],
)
def test_formatting_lies_where_telegram_puts_it(
    html: str, expected: list[tuple[str, int, int]]
) -> None:
    """Offsets count UTF-16 units; entities merge, split and vanish as TDLib's rules say."""
    assert kinds(html) == expected


def test_code_in_pre_is_one_block_with_its_language() -> None:
    """`pre` and `code` around the same text are one block, whichever is outside."""
    for html in (
        '<pre><code class="language-python">x</code></pre>',
        '<code class="language-python"><pre>x</pre></code>',
    ):
        assert parse(html).entities == (Entity("pre", 0, 1, language="python"),)
    assert parse('<code class="language-python">x</code>').entities == (Entity("code", 0, 1),)
    assert parse('<code class="big">x</code>').entities == (Entity("code", 0, 1),)


def test_special_entities_keep_what_they_stand_for() -> None:
    """A mention keeps its user, an emoji its id, a time its moment and format."""
    html = (
        '<a href="tg://user?id=7">A</a> <tg-emoji emoji-id="9">B</tg-emoji> '
        "<tg-time unix='1700000000' format='r'>C</tg-time> <tg-time unix=1700000000>D</tg-time>"
    )
    assert parse(html).entities == (
        Entity("text_mention", 0, 1, user_id=7),
        Entity("custom_emoji", 2, 1, custom_emoji_id="9"),
        Entity("date_time", 4, 1, unix_time=1700000000, date_time_format="r"),
        Entity("date_time", 6, 1, unix_time=1700000000),
    )


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c&amp;d", "https://example.org/a?b=c&d"),
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("example.org/x y", "http://example.org/x%20y"),
        ("example.org?q", "http://example.org/?q"),
        ("http://me@example.org:8080/", "http://me@example.org:8080/"),
        ("http://[::1]/", "http://[::1]/"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("tg:resolve/x", "tg://resolve/x"),
    ],
)
def test_a_good_link_is_kept_as_telegram_writes_it(address: str, kept: str) -> None:
    """A link gets its scheme, a host in lower case and a path."""
    assert [entity.url for entity in parse(f'<a href="{address}">x</a>').entities] == [kept]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://localhost/x", "Wrong HTTP URL"),
        ("ftp://example.org", "Unsupported URL protocol"),
        ("javascript:alert(1)", "Wrong port number specified in the URL"),
        ("https://example.org:99999/", "Wrong port number specified in the URL"),
        ("https:///x", "URL host is empty"),
        ("http://./", "Host is invalid"),
        ("https://exa mple.org/", "Disallowed character in URL host"),
        ("https://a^b@example.org/", "Disallowed character in URL userinfo"),
        ("http://[zz]/", "Wrong IPv6 address specified in the URL"),
        ("tg://http://x", "Wrong tg URL"),
        ("tg://a@b", "Wrong tg URL"),
        ("tg://a!b", "Unallowed characters in URL host"),
    ],
)
def test_a_bad_link_is_lost_without_a_word(address: str, reason: str) -> None:
    """The words stay and the link silently goes: the reason is known to who asks for it."""
    assert parse(f'<a href="{address}">x</a>') == Marked("x")
    with pytest.raises(links.WrongLink, match=re.escape(reason)):
        links.check_link(address)


def test_a_link_without_address_points_to_its_own_words() -> None:
    """`<a>example.org</a>` is a link to example.org."""
    assert parse("<a>example.org</a>").entities[0].url == "http://example.org/"


def test_explicit_entities_are_tidied_too() -> None:
    """Entities that a bot computed itself are cut, merged and trimmed like those from HTML."""
    found = tidy(
        " ab cd ",
        [
            Entity("bold", 1, 20),
            Entity("code", 1, 2),
            Entity("blockquote", 2, 3),
            Entity("italic", 30, 2),
            Entity("underline", 0, 0),
        ],
    )
    assert found.text == "ab cd"
    assert [(e.type, e.offset, e.length) for e in found.entities] == [
        ("bold", 0, 1),
        ("blockquote", 1, 3),
        ("bold", 1, 3),
        ("bold", 4, 1),
    ]


@given(st.text())
def test_escaped_text_shows_as_typed(text: str) -> None:
    """Whatever a person wrote, escaped, is shown as that and never as formatting."""
    try:
        plain = tidy(text)
    except MarkupError:
        return
    assert "\0" in text or parse(escape(text)) == plain
    assert "\0" in text or parse(f'<a href="t.me/{escape(text)}">x</a>').text == "x"


PIECES = (
    "<b> </b> <i> </i> <u> </u> <s> <code> </code> <pre> </pre> <blockquote> </blockquote> </> < >"
    ' <a/href="t.me"> </a> &lt; &amp &#x1f600; & " = / a 中 😀 \u202e'
)
FRAGMENTS = st.lists(
    st.sampled_from(
        [piece.replace("a/h", "a h") for piece in PIECES.split(" ")] + [" ", "\n", "\r"]
    ),
    max_size=24,
).map("".join)


@given(FRAGMENTS)
def test_whatever_is_accepted_is_consistent(html: str) -> None:
    """Any input is read or refused with a sentence; what is read has entities inside the text,
    in order, none empty, and reading them again changes nothing."""
    try:
        marked = parse(html)
    except MarkupError as error:
        assert error.description.startswith("Can't parse entities: ")
        return
    size = units(marked.text)
    assert visible_length(html) == size
    assert all(0 <= e.offset < e.end <= size for e in marked.entities)
    assert [e.offset for e in marked.entities] == sorted(e.offset for e in marked.entities)
    assert not marked.text.endswith((" ", "\n"))
    assert tidy(marked.text, marked.entities) == marked
    for entity in marked.entities:
        inner = [e for e in marked.entities if entity.offset <= e.offset < entity.end]
        assert all(e.end <= entity.end or e.offset <= entity.offset for e in inner)


def test_a_page_is_read_in_a_few_steps_a_character() -> None:
    """3 KB of formatted text take less than three lines for each character; four are allowed."""
    html = ('Text &amp; <b>bold</b>, 自然杀伤细胞 <a href="https://example.org/a">NCT</a>.\n' * 60)[
        :3000
    ]
    html = html[: html.rindex("\n")]
    assert 0 < steps(lambda: parse(html), "bot/i18n/") <= 4 * len(html)


def test_the_rules_live_in_one_place() -> None:
    """`markup` offers the same types as `entities`, so nobody needs two imports."""
    assert (Entity, Marked, MarkupError) == (
        entities.Entity,
        entities.Marked,
        entities.MarkupError,
    )
