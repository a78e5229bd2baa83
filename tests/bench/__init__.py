"""`make bench`: menu taps through the sandbox's server, by three bots that take turns.

This bot, a bare python-telegram-bot as tutorials make it, and a bare loop without any framework,
each a process of its own, answer the same taps with screens of the same size: an
answerCallbackQuery and an editMessageText. 64 taps are under way at any moment: each of 64 phones
goes round among 8 people, so that in one turn no chat changes more often than Telegram lets it.

screens.py   what the bare bots show
bots.py      starting a bot, and what it uses
crowd.py     the people who tap
turns.py     one turn, a long run, a tap after silence
table.py     figures and ratios in Markdown
relay.py     letters to the staff, instead of taps (a command of its own)
check.py     how long the translators' check takes (a command of its own)
"""
