"""What translators' commands do: reading words as the bot does, and telling what is wrong."""
