"""Tokens that both sides make for themselves, by integers alone."""

VOCABULARY = 256


def made_token(row, position, batch=0):
    """Token in [0, 256) at a position of a row of the given batch; the same formula is in illume's side."""
    mixed = (row * 7919 + position * 104729 + batch * 1299709 + 12345) % 46337
    return (mixed * mixed % 1000003) % VOCABULARY


def made_tokens(rows, length, batch=0):
    return [[made_token(row, position, batch) for position in range(length)] for row in range(rows)]
