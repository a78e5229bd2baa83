"""The sandbox: a Telegram of one's own, tested over real HTTP."""
