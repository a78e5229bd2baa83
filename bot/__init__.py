"""A chat-bot that tells people with cancer, honestly and with sources, about CAR-NK cell therapy.

The map of the house, from the inside out (docs/decisions/house.md says why):

    Words   i18n/       a language and how it says things: catalogs, matching, formats, markup,
                        strict readers of PO and YAML
            library/    the pages read from content/, with their facts, sources and checks
    Talk    dialogue/   (Person, Event) -> Turn: the one place that decides what a patient sees next
            desk/       a case as the staff see it: the card, the answers, which group
    World   storage/    the only SQL: tables, migrations, encryption
            channels/   the only place that knows Telegram
            pictures/   draws what Talk describes
            doctor/     looks at all of it, and says what to do where something is amiss
            sandbox/    a Telegram of one's own on loopback, with a page to chat in
            translate/  what translators' commands do: check, status, update, preview
            settings.py, app.py (what is built from what), __main__.py (the command line)

Words import nothing of ours but Words; Talk imports Words; the World imports all of it.
Sentences live in locales/ and content/, never in Python.
"""

__version__ = "0.1.0"
