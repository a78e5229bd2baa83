"""Words of despair and of emergency, recognised in whatever a person writes.

The words stand in content/<language>/safety.yaml, and every language is looked for in every text:
people write as they can when it matters. A false alarm is acceptable, a miss is not (fact sheet,
sections 14b and 14c), so in doubt a phrase counts.

How a text is read: it becomes a row of words (a character of a script without spaces is a word by
itself), and every group of words becomes a set of places, held as the bits of one number. A phrase
is then a few shifts and ANDs of such numbers: no backtracking, so no text can make it slow.
"""

from bot.dialogue.safety.check import WordCheck
from bot.dialogue.safety.reading import read_alarm_words
from bot.dialogue.safety.words import Alarm, AlarmWords

__all__ = ["Alarm", "AlarmWords", "WordCheck", "read_alarm_words"]
