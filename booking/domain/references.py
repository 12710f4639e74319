"""References people quote: "TSW-7F3K-Q2MX", made from random bits and read back however it was typed.

Eight characters of 32, hence 40 bits: nobody walks them, even though a reference alone opens nothing, and a slip of
the tongue does not land on another firm's visit. Two groups of four are said like a sort code. There is no I, L, O
or U: I and L can only be a 1 and O a 0, so those are read as what they look like. Equal draws meet a UNIQUE column
and are drawn again.
"""

BITS = 40
PREFIX = "TSW"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("ILO", "110")
_LENGTH = BITS // 5


def reference(bits: int) -> str:
    """The reference for a random number below 2**BITS, such as `secrets.randbits(BITS)`."""
    if not 0 <= bits < 1 << BITS:
        raise ValueError(f"a reference takes {BITS} bits")
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"


def parse_reference(text: str) -> str | None:
    """The reference as it is stored, from any case, spacing or dashes, with or without "TSW"; None if it is none."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    if len(letters) == len(PREFIX) + _LENGTH:
        letters = letters.removeprefix(PREFIX)
    letters = letters.translate(_LOOK_ALIKES)
    if len(letters) != _LENGTH or not set(letters) <= set(_ALPHABET):
        return None
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"
