"""Fresh secrets from the operating system: keys, nonces, tokens. Everything else that is random grows out of keys."""

import secrets


def fresh_bytes(count: int) -> bytes:
    """So many unpredictable bytes."""
    return secrets.token_bytes(count)
