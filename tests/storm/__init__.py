"""`make storm`: an hour's worth of trouble in minutes; nobody may lose a screen or a consultation.

The bot runs as a process of its own beside the sandbox, by polling and by webhook in turns. People
ask for pages all the time, and others fill in the form and send it, while Telegram fails in every
way it can, the database is locked, slow, cut off or full, and the process is killed.

crowd.py        people who ask, and what they see
submissions.py  people who send a consultation, and what each of them tells
desk.py         what stands in the staff's group in the end, and what is wrong with it
weather.py      what goes wrong, and when
databases.py    what goes wrong with SQLite, and with PostgreSQL
lives.py        the process: started, killed, measured, listened to
figures.py      what came of it, to be read
"""
