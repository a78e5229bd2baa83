"""The diagnosis of `python -m bot check`: what is wrong with the words, where, and what to do.

finding     what was found; codes.yaml says what each kind of mistake means, with an example
texts       every text that can be shown, beside its English, with its lines
tongue      what the rules must know of a language (script, figures), from CLDR
examine     reads everything once and asks every rule
tell, mend  a report for people and programs; `--fix`

The rules, each a pure look at one text:
signs       placeholders, commands, addresses, tags, emoji
doses       figures: doses, spans, prices, counts, telephone numbers (figures reads them)
letters     other scripts, broken encodings, invisible signs, direction
manner      edges, punctuation, what was left in English
sizes       Telegram's limits, buttons, screens that are read with ease
claims      forbidden words, claims to avoid, the glossary (lists reads them from content/)
facts_told  numbers that no fact has (numbers reads them)
"""
