"""A Telegram of one's own on loopback: the Bot API, and a page to chat in as patient and staff.

The map, from the inside out:

    clock.py       the time, which the page moves
    model.py       the nouns: User, Chat, Topic, Message, StoredFile, in the Bot API's shape
    rules.py       what Telegram refuses, in its words; keyboards.py the same for keyboards
    detection.py   what Telegram finds in a text by itself
    updates.py     what waits for the bot, until it is confirmed
    files.py       bytes people and the bot sent
    world.py       who is there and what was said
    members.py, people.py       who is where; what people do
    call.py        a call of the Bot API, and what a method is
    sending.py, changing.py, groups.py, profile.py      the methods
    delivery.py    getUpdates and the webhook
    faults.py      what goes wrong, on demand
    views.py, page_api.py, page/                        the page
    server.py      Sandbox: all of it on 127.0.0.1
    words.py       the bot's words, anew when their files change
    command.py     `python -m bot sandbox`
"""
