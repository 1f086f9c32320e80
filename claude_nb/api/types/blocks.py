"""Content blocks of an answer, and the citations inside text blocks.

References
----------
Messages API, "Response: content". Blocks of a kind this version does not know are
`UnknownBlock`, with every field they came with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from claude_nb.api.types._base import BaseModel, Empty

# fmt: off
__all__ = [
    "BashCodeExecutionToolResultBlock", "CitationCharLocation", "CitationContentBlockLocation",
    "CitationPageLocation", "CitationsSearchResultLocation", "CitationsWebSearchResultLocation",
    "CodeExecutionToolResultBlock", "ContainerUploadBlock", "ContentBlock", "RedactedThinkingBlock",
    "ServerToolResultBlock", "ServerToolUseBlock", "TextBlock", "TextCitation",
    "TextEditorCodeExecutionToolResultBlock", "ThinkingBlock", "ToolSearchToolResultBlock",
    "ToolUseBlock", "UnknownBlock", "WebFetchToolResultBlock", "WebSearchToolResultBlock",
]
# fmt: on


class CitationCharLocation(BaseModel):
    """A quotation from a plain text document: character indices, end exclusive."""

    type: Literal["char_location"] = "char_location"
    cited_text: str
    document_index: int
    document_title: str | None = None
    file_id: str | None = None
    start_char_index: int
    end_char_index: int


class CitationPageLocation(BaseModel):
    """A quotation from a PDF: page numbers from 1, end exclusive."""

    type: Literal["page_location"] = "page_location"
    cited_text: str
    document_index: int
    document_title: str | None = None
    file_id: str | None = None
    start_page_number: int
    end_page_number: int


class CitationContentBlockLocation(BaseModel):
    """A quotation from a document made of blocks: block indices, end exclusive."""

    type: Literal["content_block_location"] = "content_block_location"
    cited_text: str
    document_index: int
    document_title: str | None = None
    file_id: str | None = None
    start_block_index: int
    end_block_index: int


class CitationsWebSearchResultLocation(BaseModel):
    """A quotation from a web search result."""

    type: Literal["web_search_result_location"] = "web_search_result_location"
    cited_text: str
    encrypted_index: str
    title: str | None = None
    url: str


class CitationsSearchResultLocation(BaseModel):
    """A quotation from a search result block of the request."""

    type: Literal["search_result_location"] = "search_result_location"
    cited_text: str
    search_result_index: int
    source: str
    title: str | None = None
    start_block_index: int
    end_block_index: int


class UnknownCitation(BaseModel):
    """A citation of a kind this version does not know; its fields are attributes."""

    type: str


KnownCitation: TypeAlias = (
    CitationCharLocation
    | CitationPageLocation
    | CitationContentBlockLocation
    | CitationsWebSearchResultLocation
    | CitationsSearchResultLocation
)
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    TextCitation: TypeAlias = KnownCitation
else:
    TextCitation = KnownCitation | UnknownCitation


class TextBlock(BaseModel):
    """Text of the answer; empty if the server sent a block without any."""

    _empty: ClassVar[Empty] = {"text": str}
    type: Literal["text"] = "text"
    text: str
    citations: list[TextCitation] | None = None


class ThinkingBlock(BaseModel):
    """What the model thought; send it back unchanged. Empty text means it was omitted."""

    _empty: ClassVar[Empty] = {"thinking": str}
    type: Literal["thinking"] = "thinking"
    thinking: str
    signature: str


class RedactedThinkingBlock(BaseModel):
    """Thinking the server encrypted; send it back unchanged."""

    type: Literal["redacted_thinking"] = "redacted_thinking"
    data: str


class ToolUseBlock(BaseModel):
    """A call of one of the request's tools."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: Any
    caller: Any = None


class ServerToolUseBlock(BaseModel):
    """A call of a tool that the server runs itself."""

    type: Literal["server_tool_use"] = "server_tool_use"
    id: str
    name: str
    input: Any
    caller: Any = None


class ToolResultContent(BaseModel):
    """One result (or error) of a server tool; its fields are attributes."""

    type: str


class ServerToolResultBlock(BaseModel):
    """The result of a tool that the server runs itself; one subclass for each tool."""

    tool_use_id: str
    content: ToolResultContent | list[ToolResultContent]
    caller: Any = None


class WebSearchToolResultBlock(ServerToolResultBlock):
    """The result of web search."""

    type: Literal["web_search_tool_result"] = "web_search_tool_result"


class WebFetchToolResultBlock(ServerToolResultBlock):
    """The result of fetching a page."""

    type: Literal["web_fetch_tool_result"] = "web_fetch_tool_result"


class CodeExecutionToolResultBlock(ServerToolResultBlock):
    """The result of running code."""

    type: Literal["code_execution_tool_result"] = "code_execution_tool_result"


class BashCodeExecutionToolResultBlock(ServerToolResultBlock):
    """The result of running a shell command."""

    type: Literal["bash_code_execution_tool_result"] = "bash_code_execution_tool_result"


class TextEditorCodeExecutionToolResultBlock(ServerToolResultBlock):
    """The result of editing a file."""

    type: Literal["text_editor_code_execution_tool_result"] = (
        "text_editor_code_execution_tool_result"
    )


class ToolSearchToolResultBlock(ServerToolResultBlock):
    """The result of searching for tools."""

    type: Literal["tool_search_tool_result"] = "tool_search_tool_result"


class ContainerUploadBlock(BaseModel):
    """A file the server put into the container."""

    type: Literal["container_upload"] = "container_upload"
    file_id: str


class UnknownBlock(BaseModel):
    """A block of a kind this version does not know; its fields are attributes."""

    type: str


KnownBlock: TypeAlias = (
    TextBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ServerToolUseBlock
    | WebSearchToolResultBlock
    | WebFetchToolResultBlock
    | CodeExecutionToolResultBlock
    | BashCodeExecutionToolResultBlock
    | TextEditorCodeExecutionToolResultBlock
    | ToolSearchToolResultBlock
    | ContainerUploadBlock
)
if TYPE_CHECKING:  # so that `.type` tells the known kinds apart
    ContentBlock: TypeAlias = KnownBlock
else:
    ContentBlock = KnownBlock | UnknownBlock
