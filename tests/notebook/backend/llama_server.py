"""llama.cpp's own server on a model that is made here: real in all but its sense.

Run where ``xllamacpp`` and ``gguf`` are, with a folder: it writes the model there (half
a megabyte of random weights), listens on a free port of 127.0.0.1, prints its address and ends with
its standard input.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import numpy as np
import xllamacpp
from gguf import GGUFWriter, TokenType

WIDTH, LAYERS, HEADS = 64, 2, 4
CONTEXT = 4096  # tokens, which two requests share
TEMPLATE = (
    "{% for each in messages %}<{{ each.role }}>{{ each.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
RANDOM = np.random.default_rng(7)


def tokens() -> list[tuple[str, TokenType]]:
    """Return each token and its kind: every byte is one, so that any text can be read."""
    special = [
        ("<unk>", TokenType.UNKNOWN),
        ("<s>", TokenType.CONTROL),
        ("</s>", TokenType.CONTROL),
    ]
    read = [(f"<0x{byte:02X}>", TokenType.BYTE) for byte in range(256)]
    words = [(f"\u2581word{number}", TokenType.NORMAL) for number in range(200)]
    return special + read + words


def described(writer: GGUFWriter, known: list[tuple[str, TokenType]]) -> None:
    """Write what the model is."""
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list([word.encode() for word, _ in known])
    writer.add_token_scores([0.0] * len(known))
    writer.add_token_types([int(kind) for _, kind in known])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(TEMPLATE)


def weighted(writer: GGUFWriter, words: int) -> None:
    """Write its weights; the bytes are hardly ever answered, so that answers are words."""

    def put(name: str, *shape: int) -> None:
        writer.add_tensor(f"{name}.weight", RANDOM.normal(0, 0.5, shape).astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))

    put("token_embd", words, WIDTH)
    answered = RANDOM.normal(0, 0.5, (words, WIDTH)).astype(np.float32)
    answered[:259] = 0
    writer.add_tensor("output.weight", answered)
    ones("output_norm")
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
            put(f"blk.{layer}.{name}", WIDTH, WIDTH)
        for name in ("attn_norm", "ffn_norm"):
            ones(f"blk.{layer}.{name}")


def model(path: Path) -> None:
    """Write a model."""
    writer, known = GGUFWriter(path, "llama"), tokens()
    described(writer, known)
    weighted(writer, len(known))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(path: Path) -> None:
    """Serve a model until standard input ends."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    given = xllamacpp.CommonParams()
    given.model.path, given.port = str(path), port
    given.n_ctx, given.n_parallel, given.cpuparams.n_threads = CONTEXT, 2, 1
    server = xllamacpp.Server(given)
    sys.stdout.write(f"at {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    os.chdir(sys.argv[1])  # the model's name there is its path
    model(Path("tiny.gguf"))
    serve(Path("tiny.gguf"))
