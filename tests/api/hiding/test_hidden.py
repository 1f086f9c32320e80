"""What looks like a key is taken out of what is shown or sent."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from secret_forms import COLLECTED, KEYS, OPAQUE, PASSWORDS, TAKEN, WALLETS, WORDS, forms, frame

from claude_nb.api.hiding.hidden import hidden

ORDINARY = Path(__file__).with_name("ordinary_code.txt").read_text(encoding="utf-8")

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


@pytest.mark.parametrize("secret", PASSWORDS)
def test_no_form_passes(secret):
    texts = [form.replace("§", secret) for form in forms()] + [frame(secret)]
    assert len(texts) > 180
    assert [text for text in texts if secret in hidden(text)] == []
    together = "\n\n".join(texts)
    assert secret not in hidden(together)


WRAPPED = [
    lambda text: f"reply {text!r}",
    lambda text: json.dumps({"content": text}),
    lambda text: json.dumps(json.dumps([text])),
    lambda text: f"ValueError: {text}",
    lambda text: f"Out[3]: {text}",
    lambda text: f"x\n\n{text}\n\ny",
]


@pytest.mark.parametrize("wrap", WRAPPED)
def test_no_form_passes_inside_of_something_else(wrap):
    texts = [wrap(form.replace("§", OPAQUE)) for form in forms()] + [wrap(frame(OPAQUE))]
    assert [text for text in texts if OPAQUE in hidden(text)] == []


@pytest.mark.parametrize("maker", KEYS)
def test_keys_are_known_by_their_shape(maker):
    key = KEYS[maker]
    for text in (key, f"see {key}, here", f"x = ['{key}']", f"<b>{key}</b>", f"a={key}&b"):
        assert key not in hidden(text)


def test_ordinary_code_stays_as_it_is():
    lines = ORDINARY.splitlines()
    assert len(lines) > 200
    assert hidden(ORDINARY) == ORDINARY
    assert [line for line in lines if hidden(line) != line] == []


@pytest.mark.parametrize("secret", ["hunter2", "letmein", "correct horse", "1234", "größe7", "s&x"])
def test_what_is_gathered_is_hidden_whole_however_short(secret):
    forms = [line.replace("⏎", "\n") for line in COLLECTED.splitlines() if line]
    assert len(forms) > 30
    texts = [form.replace("§", secret) for form in forms]
    assert [text for text in texts if secret in hidden(text)] == []
    wrapped = [json.dumps({"source": text}, ensure_ascii=False) for text in texts]
    assert [text for text in wrapped if secret in hidden(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        'passwords = [getpass("Password: ") for _ in range(2)]',
        'passwords = [row["password"] for row in rows]',
        'passwords = [config.get("db", "x"), os.environ["DB_PASSWORD"]]',
        '{"password": {"type": "string", "minLength": 8}}',
        '{"password": ["This field may not be blank."]}',
        'passwords = df[["user", "password"]]',
        'passwords = pd.read_csv("users.csv", usecols=["user", "pw"])',
        "secrets = client.list_secrets()['SecretList']",
        'password = (getpass("Password: "))',
        "for password in passwords:",
        "passwords = [None, '', '...']",
        'tokens = ["the", "cat", "sat"]',
    ],
)
def test_what_is_no_collection_of_secrets_stays(text):
    assert hidden(text) == text


def test_a_long_collection_is_hidden_whole():
    text = f"passwords = [{', '.join(repr(f'pw{n}x') for n in range(1_000))}]"
    assert hidden(text).count("[key]") == 1_000


BODY = "\n".join(
    f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB{n:02}Zq8vR2mK7xW4" for n in range(20)
)


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize(
    "form",
    [
        "{begin}\n{body}\n{end}",
        'key = """{begin}\n{body}\n{end}"""\nx = 1',
        "{begin}\n{body}",
        "x = 1\n{body}\n{end}\ny = 2",
        "{begin}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n{body}\n\nx = 1",
    ],
)
def test_private_keys_are_hidden_whole_or_cut(kind, form):
    marks = {f"{mark.lower()}": f"-----{mark} {kind}PRIVATE KEY-----" for mark in ("BEGIN", "END")}
    for change in (str, lambda text: text.replace("\n", "\\n"), lambda text: f"   3 {text}"):
        body = change(BODY)
        left = hidden(form.format(body=body, **marks))
        assert "Zq8vR2mK7xW4" not in left
        assert "MIIEvQ" not in left
        assert ("x = 1" in left) == ("x = 1" in form)
        assert ("y = 2" in left) == ("y = 2" in form)


GROWING = [
    *("token", "token ", "token=", 'token="', "password={", "password=[", "key: ", " ", "-", "a-"),
    *("://", "://a:", "://a:b@", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"),
    *("sk-", "eyJaaaaaaaa.", "bearer ", "login a ", "<a ", "a, ", "password, ", "x=", "&token="),
    *(
        "password=a;",
        "password=x or ",
        "   password\n",
        "name  ",
        "mysql ",
        "token : ",
        "\\n",
        "\t",
        *('Client("', "Client(a, ", "login(", "Client('a', "),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("part", GROWING)
def test_the_time_grows_no_faster_than_the_text(part):
    def seconds(size):
        text = "password = " + part * (size // len(part))
        started = time.thread_time()
        hidden(text)
        return time.thread_time() - started

    small = min(seconds(8_000) for _ in range(2))
    assert seconds(64_000) < 8 * 3 * small + 0.1


@pytest.mark.parametrize("form", TAKEN.strip().split("\n"))
def test_what_takes_a_secret_tells_where_it_stands(form):
    text = form.replace("⏎", "\n").replace("§", OPAQUE)
    for wrapped in (text, f"x = 1\n{text}\n", f"# {text}" * ("⏎" not in form)):
        assert OPAQUE not in hidden(wrapped)


@pytest.mark.parametrize("text", WALLETS)
def test_the_words_of_a_wallet_are_hidden(text):
    assert WORDS.split()[3] not in hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "docker run -p 8080:80 image",
        'UUID("d82579ce6642a0de7ddf490a7aec7aa5")',
        'Commit("d82579ce6642a0de7ddf490a7aec7aa5d82579ce")',
        'SentenceTransformer("all-MiniLM-L6-v2")',
        'Model("Meta-Llama-3_3-70B-Instruct")',
        'Path("Report2024Final03Version")',
        'Model(weights="Zq8vR2mK7xW4nB9t")',
        'client("bedrock-runtime", "eu-central-1")',
        'Client("my-project-2024-prod-v2")',
        'Label("Umsatz2024Quartal4")',
        "token = tokenizer.decode(ids)",
        "secret santa_assignments_2024 = draw()",
        "the token budget_for_thinking_v2(x) is",
        "password utf8mb4_unicode_ci",
        "max_tokens claude-sonnet-4-6",
        "key = columns[0] or 'price'",
        "mnemonic = 'mov'",
        "hmac.new(key, message, hashlib.sha256)",
        "jwt.decode(received, key, algorithms=['HS256'])",
        "description: |\n  A token is a word",
        "密度 = 'kg/m3 (H2O, 20 degrees)'",
        "ключ = 'price'",
        "config.get('db', 'host', fallback='localhost')",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text):
    assert hidden(text) == text


@pytest.mark.parametrize(
    "form", ['Client("§")', "ApiSession('me', '§')", 'c = connect("h", "§")', 'x.login("§")']
)
@pytest.mark.parametrize(
    "secret", ["aGVsbG8gd29ybGQhISE/Pz8+Pg==", "b7f9e1c0-44d2-4a6e-9f53-0c1d2e3f4a5b"]
)
def test_a_key_that_is_encoded_or_a_uuid_is_hidden_where_something_is_opened(form, secret):
    assert hidden(form.replace("§", secret)) == form.replace("§", "[key]")


@pytest.mark.parametrize("call", ['bot.run("§")', "client.run('§')"])
def test_what_a_bot_is_run_with_is_a_key(call):
    assert OPAQUE not in hidden(call.replace("§", OPAQUE))


@pytest.mark.parametrize(
    "text",
    [
        'UUID("b7f9e1c0-44d2-4a6e-9f53-0c1d2e3f4a5b")',
        'User("b7f9e1c0-44d2-4a6e-9f53-0c1d2e3f4a5b")',
        'Client("gpt-4o-mini")',
        'Session("us-east-1", "db01.example.org")',
        'bot.run("python main.py --fast")',
        'DataFrame("aGVsbG8gd29ybGQhISE/Pz8+Pg==")',
    ],
)
def test_ids_names_and_data_are_no_keys(text):
    assert hidden(text) == text
