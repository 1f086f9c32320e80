"""What looks like a key is taken out of what is shown or sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.notebook.commands.secrets import hidden

RANDOM = "Zq8vR2mK7xW4nB9tL3pY6cF1dG5hJ0sA"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"key sk-ant-api03-{RANDOM} here", "key [key] here"),
        (f"sk-proj-{RANDOM}", "[key]"),
        (f"ghp_{RANDOM}", "[key]"),
        (f"github_pat_{RANDOM}", "[key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[key]"),
        (f"AIza{RANDOM}", "[key]"),
        (f"xoxb-{RANDOM}", "[key]"),
        (f"hf_{RANDOM}", "[key]"),
        (f"eyJhbGciOiJI.{RANDOM}.{RANDOM}", "[key]"),
        (f"Authorization: Bearer {RANDOM}", "Authorization: Bearer [key]"),
        ("postgres://me:hunter22@db/x", "postgres://me:[key]@db/x"),
        ("password = 'hunter2'", "password = '[key]'"),
        ('{"api_key": "abc def"}', '{"api_key": "[key]"}'),
        ("os.environ['MY_TOKEN'] = \"x\"", "os.environ['MY_TOKEN'] = \"[key]\""),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{RANDOM}\n-----END RSA PRIVATE KEY-----", "[key]"),
        (f"-----BEGIN PRIVATE KEY-----\n{RANDOM}", "[key]"),
    ],
)
def test_keys_are_hidden(text, left):
    assert hidden(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "for key in keys: print(key)",
        "tokens = text.split()",
        "df['token'].sum()",
        "raise KeyError('secret')",
        "skew = sk_learn.fit(X)",
        "https://example.org/a@b",
        "password = input()",
        "def f(token=None): return token",
    ],
)
def test_ordinary_code_is_left_alone(text):
    assert hidden(text) == text


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "DB_PASSWORD", "HUB_TOKEN", "MY_SECRET"])
def test_secrets_of_the_environment_are_hidden_wherever_they_are(monkeypatch, name):
    monkeypatch.setenv(name, "correct horse")
    assert hidden("a correct horse b") == "a [key] b"


@pytest.mark.parametrize(
    ("name", "value"), [("PWD", "/home/me/work"), ("SOME_KEY", "/etc/key.pem"), ("TOKEN", "on")]
)
def test_paths_and_switches_are_no_secrets(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert hidden(f"at {value}") == f"at {value}"


@given(st.text(max_size=200))
def test_hiding_twice_changes_nothing(text):
    assert hidden(hidden(text)) == hidden(text)
