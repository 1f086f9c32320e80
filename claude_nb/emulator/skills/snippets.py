"""Python functions for common small tasks: data only, each with examples that really run.

The tests run every snippet's own examples.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SNIPPETS", "Snippet"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A function.

    Attributes
    ----------
    pattern : str
        Regular expression that recognises the task.
    code : str
        Source, with doctests.
    why : str
        How it works, one sentence.
    """

    pattern: str
    code: str
    why: str


SNIPPETS: tuple[Snippet, ...] = (
    Snippet(
        r"fibonacci",
        '''def fibonacci(n: int) -> list[int]:
    """Return the first n Fibonacci numbers.

    >>> fibonacci(8)
    [0, 1, 1, 2, 3, 5, 8, 13]
    """
    numbers = []
    a, b = 0, 1
    for _ in range(n):
        numbers.append(a)
        a, b = b, a + b
    return numbers''',
        "two variables walk along the sequence, so each number costs one addition.",
    ),
    Snippet(
        r"factorial",
        '''def factorial(n: int) -> int:
    """Return 1 * 2 * ... * n.

    >>> factorial(5)
    120
    """
    if n < 0:
        raise ValueError(f"n must be 0 or more, not {n}")
    result = 1
    for factor in range(2, n + 1):
        result *= factor
    return result''',
        "a loop multiplies the factors; negative numbers are refused.",
    ),
    Snippet(
        r"\bprimes?\b",
        '''def is_prime(n: int) -> bool:
    """Tell whether n is a prime number.

    >>> [n for n in range(20) if is_prime(n)]
    [2, 3, 5, 7, 11, 13, 17, 19]
    """
    if n < 2:
        return False
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return True''',
        "if n has a divisor, one of the pair is at most the square root, so the search ends there.",
    ),
    Snippet(
        r"palindrome",
        '''def is_palindrome(text: str) -> bool:
    """Tell whether text reads the same both ways, ignoring case and punctuation.

    >>> is_palindrome("A man, a plan, a canal: Panama")
    True
    """
    letters = [c.lower() for c in text if c.isalnum()]
    return letters == letters[::-1]''',
        "only letters and digits count, and the list is compared with its reverse.",
    ),
    Snippet(
        r"revers\w* (?:a |the )?(?:string|text|word)",
        '''def reverse(text: str) -> str:
    """Return text backwards.

    >>> reverse("notebook")
    'koobeton'
    """
    return text[::-1]''',
        "a slice with step -1 walks from the end to the beginning.",
    ),
    Snippet(
        r"fizz ?buzz",
        '''def fizzbuzz(n: int) -> list[str]:
    """Return FizzBuzz from 1 to n.

    >>> fizzbuzz(5)
    ['1', '2', 'Fizz', '4', 'Buzz']
    """
    return [
        ("Fizz" * (k % 3 == 0) + "Buzz" * (k % 5 == 0)) or str(k)
        for k in range(1, n + 1)
    ]''',
        "a string times False is empty, so both words join themselves where both apply.",
    ),
    Snippet(
        r"(count|frequen)\w*.*\b(word|letter|character)s?|word count",
        '''from collections import Counter


def count_words(text: str) -> Counter[str]:
    """Count how often each word occurs.

    >>> count_words("to be or not to be").most_common(2)
    [('to', 2), ('be', 2)]
    """
    return Counter(text.lower().split())''',
        "`Counter` is a dictionary made for this, and `most_common` sorts it.",
    ),
    Snippet(
        r"celsius|fahrenheit|temperature conver",
        '''def to_fahrenheit(celsius: float) -> float:
    """Convert degrees Celsius to degrees Fahrenheit.

    >>> to_fahrenheit(100)
    212.0
    """
    return celsius * 9 / 5 + 32''',
        "the scales differ by a factor of 9/5 and an offset of 32.",
    ),
    Snippet(
        r"\bgcd\b|greatest common divisor",
        '''def gcd(a: int, b: int) -> int:
    """Return the greatest common divisor.

    >>> gcd(48, 36)
    12
    """
    while b:
        a, b = b, a % b
    return abs(a)''',
        "Euclid's algorithm: the divisor also divides the remainder.",
    ),
    Snippet(
        r"binary search",
        '''def binary_search(items: list[int], wanted: int) -> int | None:
    """Return the index of wanted in a sorted list, or None.

    >>> binary_search([2, 3, 5, 7, 11], 7)
    3
    """
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return None''',
        "each comparison halves what is left, so a million items take twenty steps.",
    ),
    Snippet(
        r"flatten",
        '''def flatten(nested: list) -> list:
    """Return all items of nested lists in one list.

    >>> flatten([1, [2, [3, 4]], 5])
    [1, 2, 3, 4, 5]
    """
    flat = []
    for item in nested:
        flat.extend(flatten(item) if isinstance(item, list) else [item])
    return flat''',
        "the function calls itself for every inner list.",
    ),
    Snippet(
        r"\b(average|mean|median)\b",
        '''from statistics import mean, median


def describe(values: list[float]) -> dict[str, float]:
    """Return mean and median.

    >>> describe([1, 2, 3, 10])
    {'mean': 4, 'median': 2.5}
    """
    return {"mean": mean(values), "median": median(values)}''',
        "the standard library has both; the median is not moved by outliers.",
    ),
    Snippet(
        r"anagram",
        '''def are_anagrams(a: str, b: str) -> bool:
    """Tell whether two words have the same letters.

    >>> are_anagrams("listen", "silent")
    True
    """
    return sorted(a.lower()) == sorted(b.lower())''',
        "sorting puts the letters of both words into one order, and then they can be compared.",
    ),
    Snippet(
        r"vowel",
        '''def count_vowels(text: str) -> int:
    """Count the vowels of an English text.

    >>> count_vowels("notebook")
    4
    """
    return sum(c in "aeiou" for c in text.lower())''',
        "True counts as 1, so the sum is the count.",
    ),
    Snippet(
        r"duplicate|unique",
        '''def unique(items: list) -> list:
    """Return items without repetitions, in their order.

    >>> unique([3, 1, 3, 2, 1])
    [3, 1, 2]
    """
    return list(dict.fromkeys(items))''',
        "dictionary keys are unique and keep the order in which they came.",
    ),
    Snippet(
        r"\bsort",
        '''def sort_by_length(words: list[str]) -> list[str]:
    """Return words, the shortest first, equal lengths alphabetically.

    >>> sort_by_length(["pear", "fig", "apple", "kiwi"])
    ['fig', 'kiwi', 'pear', 'apple']
    """
    return sorted(words, key=lambda word: (len(word), word))''',
        "`sorted` takes a key; a pair sorts by its first part, then by its second.",
    ),
    Snippet(
        r"\bcsv\b",
        '''import csv
import io


def read_rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text as dictionaries.

    >>> read_rows("name,age\\\\nAda,36")
    [{'name': 'Ada', 'age': '36'}]
    """
    return list(csv.DictReader(io.StringIO(text)))''',
        "`DictReader` takes the column names from the first line; for a file, pass the open file.",
    ),
    Snippet(
        r"hello",
        '''def hello(name: str = "world") -> str:
    """Return a greeting.

    >>> hello("Ada")
    'Hello, Ada!'
    """
    return f"Hello, {name}!"''',
        "an f-string puts the value into the text.",
    ),
)
