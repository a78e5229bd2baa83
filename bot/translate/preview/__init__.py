"""`python -m bot preview`: every screen of a language in phone frames, as one file to open or send.

making   what the page shows: screens beside their English, what is wrong, what changed
drawing  that as HTML, with preview.css and preview.js inside: nothing is loaded from elsewhere
serving  the same on loopback, made anew whenever a file changes
"""
