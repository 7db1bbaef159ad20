"""Texts as bags of words."""

import collections
import re

import numpy as np

MARKUP = re.compile(r"<br\s*/?>")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


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
