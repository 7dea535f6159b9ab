"""How large a plan may be. The largest real ones are 3 MB of Word and 200,000 characters."""

MAX_BYTES = 50 * 1024 * 1024
MAX_CHARACTERS = 2_000_000
