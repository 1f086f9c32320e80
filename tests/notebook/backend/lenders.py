"""Clients as somebody else writes them: like the official SDK's in shape, and poorer ones."""

from __future__ import annotations

from types import SimpleNamespace

import claude_nb

KEY = "sk-ant-api03-lenders-own-canary-0123456789abcdef"


class APIStatusError(Exception):
    """A refusal, as the SDK raises it."""

    def __init__(self, status, body, headers=()):
        super().__init__(f"Error code: {status} - {body}")
        self.status_code = status
        self.body = body
        self.response = SimpleNamespace(headers=dict(headers), text="")


class APIConnectionError(Exception):
    """No reply, as the SDK raises it."""


class APITimeoutError(APIConnectionError):
    """No reply in time."""


class Event:
    """An event as a pydantic model gives itself."""

    def __init__(self, data):
        self._data = data

    def model_dump(self, **_):
        return self._data


class Stream:
    """A stream that knows whether it was closed."""

    def __init__(self, events, wrong=None):
        self._events = iter(events)
        self._wrong = wrong
        self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        if self.closed:
            raise RuntimeError("read after it was closed")
        try:
            return Event(next(self._events).to_dict())
        except StopIteration:
            if self._wrong is not None:
                raise self._wrong from None
            raise

    def close(self):
        self.closed = True


class Messages:
    """The Messages interface over a client of the emulator."""

    def __init__(self, owner):
        self._owner = owner

    def create(
        self,
        *,
        max_tokens,
        messages,
        model,
        stream=False,
        system=None,
        temperature=None,
        extra_headers=None,
        extra_body=None,
        timeout=None,
    ):
        owner = self._owner
        own = {"system": system, "temperature": temperature}
        given = {name: value for name, value in own.items() if value is not None}
        owner.calls.append({"model": model, "stream": stream, "headers": extra_headers})
        if owner.raises:
            raise owner.raises.pop(0)
        asked = {"max_tokens": max_tokens, "messages": messages, "model": "claude-sonnet-4-6"}
        reply = owner.inner.messages.create(
            **asked, **given, extra_body=extra_body, timeout=timeout or 60, stream=stream
        )
        if not stream:
            return Event(reply.to_dict())
        events = list(reply)
        if owner.cut is not None:
            events = events[: owner.cut]
        owner.streams.append(Stream(events, owner.breaks))
        return owner.streams[-1]


class AnthropicBedrock:
    """Looks like the SDK's client of that name."""

    def __init__(self, url, **settings):
        self.base_url = "https://bedrock-runtime.us-east-1.amazonaws.com"
        self.aws_secret_key = KEY
        self.timeout = 30.0
        self.max_retries = settings.get("max_retries", 2)
        self.inner = claude_nb.Anthropic(base_url=url, api_key="any")
        self.calls, self.streams, self.raises = [], [], []
        self.cut = self.breaks = None
        self.messages = Messages(self)
        self.changes = []

    def __repr__(self):
        return f"AnthropicBedrock(aws_secret_key={KEY})"

    def with_options(self, **changes):
        self.changes.append(changes)
        return self
