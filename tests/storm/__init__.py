"""`make storm`: an hour's worth of trouble in minutes, and nobody may lose a screen.

The bot runs as a process of its own beside the sandbox, by polling and by webhook in turns. People
ask for pages all the time, while Telegram fails in every way it can, the database is locked, slow
or full, and the process is killed.

crowd.py     people who ask, and what they see
weather.py   what goes wrong, and when
lives.py     the process: started, killed, measured, listened to
figures.py   what came of it, to be read
"""
