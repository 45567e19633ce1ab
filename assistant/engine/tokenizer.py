"""The tokenizer that goes with a GGUF model: its vocabulary and chat template, without its weights.

Knows no request and no engine process; it is loaded beside the engine, in the process that builds prompts.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from assistant.engine.gguf import read_header
from assistant.engine.lib import llama, log_tail
from assistant.engine.template import ChatTemplate
from assistant.engine.vocabulary import Vocabulary
from assistant.errors import ModelError


class LlamaTokenizer:
    """Implements `Tokenizer` over the GGUF file at `model_path`. Thread-safe.

    `context` is how many tokens the model was trained on. Raises ModelError when the file is missing or broken.
    """

    def __init__(self, model_path: str | Path) -> None:
        path = Path(model_path)
        header = read_header(path)
        params = llama.llama_model_default_params()
        params.vocab_only = True
        self._model = llama.llama_model_load_from_file(str(path).encode(), params)
        if not self._model:
            reason = log_tail[-1] if log_tail else "llama.cpp gives no reason"
            raise ModelError(f"{path}: the vocabulary can't be read ({reason}); use another model file")
        self.vocabulary = Vocabulary(self._model)
        self.eos_tokens = self.vocabulary.end_tokens
        self.context = header.context
        source = llama.llama_model_chat_template(self._model, None)
        self.template = ChatTemplate(
            source.decode("utf-8") if source else None,
            self.vocabulary.special_texts,
            bos=self.vocabulary.bos_text(),
            eos=self.vocabulary.eos_text(),
        )

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """See `Tokenizer.encode`."""
        return self.vocabulary.encode(text, special=special)

    def decode(self, tokens: list[int]) -> str:
        """See `Tokenizer.decode`. Control tokens give no text; bytes that are no UTF-8 become U+FFFD."""
        return codecs.getincrementaldecoder("utf-8")("replace").decode(self.vocabulary.bytes_of(tokens))

    def chat(self, messages: list[dict[str, str]], *, generation_prompt: bool = True) -> list[int]:
        """See `Tokenizer.chat`. Each message has a "role" and a "content"."""
        tokens: list[int] = []
        for part in self.template.parts(messages, generation_prompt=generation_prompt):
            tokens += [part] if isinstance(part, int) else self.vocabulary.encode(part)
        return tokens

    def stream(self) -> TextStream:
        """A decoder for tokens that come one by one."""
        return TextStream(self.vocabulary)


class TextStream:
    """Turns the tokens of one answer into text as they come, never splitting a character.

    >>> stream = tokenizer.stream()
    >>> "".join(stream.push(token) for token in tokens) + stream.end()
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        """The text that is complete with this token; empty while a character is still incomplete."""
        return self._decoder.decode(self._vocabulary.bytes_of([token]))

    def end(self) -> str:
        """What is left at the end of the answer: U+FFFD where a character was never completed."""
        return self._decoder.decode(b"", final=True)
