"""Texts as bags of words, and as characters."""

import collections
import re

import numpy as np

MARKUP = re.compile(r"<br\s*/?>")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
ALPHABET = " abcdefghijklmnopqrstuvwxyz.,!?'0"  # in a text of characters; "0" stands for every digit


def words(text):
    """Words of a text, in lower case: runs of letters and digits, with apostrophes inside; line breaks of HTML go."""
    return WORD.findall(MARKUP.sub(" ", text.lower()))


def vocabulary(texts, size):
    """The `size` words that occur most often, the commonest first; of equally frequent ones the alphabet decides."""
    counts = collections.Counter(word for text in texts for word in words(text))
    return sorted(counts, key=lambda word: (-counts[word], word))[:size]


def bags(texts, vocabulary):
    """Binary bags of words: uint8 `(texts, words)`, 1 where a text has the word at least once."""
    place = {word: i for i, word in enumerate(vocabulary)}
    found = np.zeros((len(texts), len(vocabulary)), "uint8")
    for row, text in zip(found, texts, strict=True):
        row[[place[word] for word in set(words(text)) if word in place]] = 1
    return found


def characters(texts, length):
    """The first characters of each text, as places in `ALPHABET`: uint8 `(texts, length)`.

    Letters are in lower case; what is not in the alphabet is a space, as a line break of HTML is; spaces that follow
    one another are one. A text that is too short begins anew after a space; one that has nothing is all spaces.
    """
    place = {character: i for i, character in enumerate(ALPHABET)} | {digit: len(ALPHABET) - 1 for digit in "123456789"}
    found = np.zeros((len(texts), length), "uint8")
    for row, text in zip(found, texts, strict=True):
        known = "".join(c if c in place else " " for c in MARKUP.sub(" ", text[: 4 * length + 200].lower()))
        plain = " ".join(known.split()) + " "
        repeated = plain * (length // len(plain) + 1)
        row[:] = [place[c] for c in repeated[:length]]
    return found
