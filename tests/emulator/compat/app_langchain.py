"""LangChain's standard tests with ChatAnthropic: ``python app_langchain.py URL``.

All of them, those that look at pictures too: what they would download comes from here. Where this
file is run, it copies itself as a test file and gives it to pytest.
"""

# ruff: noqa: T201 - a program: it reports by printing

import os
import pathlib
import shutil
import struct
import sys
import zlib

import httpx
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

PDF = b"%PDF-1.4\n1 0 obj << /Type /Page >> endobj\n"


def _png():
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\xff\x00\x00" * 4) * 4)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.fixture(autouse=True)
def _no_download(monkeypatch):
    def get(url, **_):
        return httpx.Response(200, content=PDF if url.endswith(".pdf") else _png())

    monkeypatch.setattr(httpx, "get", get)


class TestUnit(ChatModelUnitTests):
    """Those that ask nothing."""

    chat_model_class = ChatAnthropic
    chat_model_params = {"model": "claude-haiku-4-5", "api_key": "test-key"}  # noqa: RUF012 - as the base class has it
    init_from_env_params = (
        {"ANTHROPIC_API_KEY": "test-key"},
        {"model": "claude-haiku-4-5"},
        {"anthropic_api_key": "test-key"},
    )


class TestAnswers(ChatModelIntegrationTests):
    """Those that ask the emulator."""

    chat_model_class = ChatAnthropic
    supports_image_inputs = True
    supports_image_urls = True
    supports_pdf_inputs = True
    supports_image_tool_message = True
    supports_pdf_tool_message = True
    supports_anthropic_inputs = True
    model_override_value = "claude-sonnet-4-6"

    @property
    def chat_model_params(self):
        url = os.environ["EMULATOR_URL"]
        return {"model": "claude-haiku-4-5", "api_key": "test-key", "base_url": url}


class _Count:
    passed = 0

    def pytest_runtest_logreport(self, report):
        self.passed += report.when == "call" and report.passed


if __name__ == "__main__":
    os.environ["EMULATOR_URL"] = sys.argv[1]
    here = pathlib.Path.cwd() / "test_standard.py"
    shutil.copy(__file__, here)
    options = ["-q", "-rsfE", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    count = _Count()
    failed = pytest.main([*options, "--snapshot-update", str(here)], plugins=[count])
    assert failed == 0
    for _ in range(count.passed):
        print("ok standard test")
