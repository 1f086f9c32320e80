"""The public names: what a person sees, what a type checker sees and what is there are the same."""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path

import nbformat
import pytest

import claude_nb
import claude_nb.types
from claude_nb import errors

ROOT = Path(__file__).parents[2]
KINDS = ("md", "ipynb", "py")
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^\.\. auto\w+:: (claude_nb\S*)$", re.MULTILINE)
INLINE = re.compile(r"`(?:import )?(claude_nb(?:\.\w+)+)(?:\([^`]*\))?`")

# The errors that the official SDK 2.14.0 offers as `anthropic.X`.
OFFICIAL = """
APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError
APIWebhookValidationError AnthropicError AuthenticationError BadRequestError
CMEKContextUnavailableError CMEKKeyDisabledError CMEKKeyNetworkBlockedError
CMEKKeyUnreachableError ClaudeCodeKeyCreatorNotMemberError ClaudeCodeVersionTooOldError
ClientClosedRequestError ConflictError ContentTooLargeError ContractSpendLimitReachedError
CredentialsError DeadlineExceededError EnforcedSpendLimitReachedError GatewayTimeoutError
HTTPNotImplementedError IdentityTokenFileError InternalServerError
LinkedOrganizationBillingUnavailableError LinkedOrganizationSpendLimitReachedError NotFoundError
OrganizationOnHoldError OrganizationTypeNotSupportedError OverloadedError
ParentOrganizationRequiredError PaymentRequiredError PermissionDeniedError
PreconditionFailedError RampLimitExceededError RateLimitError RequestBodyEncodingInvalidError
RequestBodyEncodingUnsupportedError RequestBodyTooLargeAfterDecodingError
RequestHeaderFieldsTooLargeError RequestTimeoutError RequestTooLargeError RetryableError
SandboxEgressRestrictedError ServiceUnavailableError UnprocessableEntityError
WorkspaceHumanReviewDisabledError
"""


OFFERED = {*claude_nb.__all__, *claude_nb._NOT_STARRED}


def test_what_tab_offers_is_what_is_public():
    assert dir(claude_nb) == sorted(OFFERED)
    assert OFFERED - set(claude_nb.__all__) == {"map", "rows"}, "else a star import hides names"
    assert len(set(claude_nb.__all__)) == len(claude_nb.__all__)
    inner = ("Any", "TYPE_CHECKING", "import_module", "annotations", "api", "notebook", "rules")
    assert not {*inner} & {*dir(claude_nb)}


@pytest.mark.parametrize("module", [claude_nb, claude_nb.types, claude_nb.emulator, claude_nb.rows])
def test_every_public_name_is_there(module):
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_other_names_do_not_exist():
    with pytest.raises(AttributeError, match="'claude_nb' has no attribute 'Anthropc'"):
        _ = claude_nb.Anthropc
    assert not hasattr(claude_nb, "CompactionUnavailableError"), "only in claude_nb.errors"


def typed() -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import that type checkers see instead of `__getattr__`."""
    tree = ast.parse(Path(claude_nb.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if ast.unparse(node).startswith("if TYPE_CHECKING"))
    for node in ast.walk(block):
        if isinstance(node, ast.ImportFrom) and node.module != "IPython.core.interactiveshell":
            yield from ((node.module, alias.name) for alias in node.names)


def test_type_checkers_see_what_is_loaded_at_run_time():
    homes = {name: home for home, names in claude_nb._HOMES.items() for name in names.split()}
    for module, name in typed():
        if module == "claude_nb":
            assert name in claude_nb._MODULES
        else:
            assert homes.get(name, "claude_nb.errors") == module, name
            assert getattr(claude_nb, name) is getattr(import_module(module), name)
    defined = {"__version__", "load_ipython_extension", "unload_ipython_extension"}
    assert {name for _, name in typed()} | defined == OFFERED
    assert set(homes) | claude_nb._MODULES <= OFFERED


def test_errors_of_the_official_sdk_are_there_under_the_same_names():
    assert set(OFFICIAL.split()) <= set(claude_nb.__all__)


def test_claude_nb_errors_holds_all_errors_and_nothing_else():
    public = {name for name in dir(errors) if name[0].isalpha()}
    others = {name for name in public if not issubclass(getattr(errors, name), Exception)}
    assert others == {"ErrorDetails"}
    assert {name for name in claude_nb.__all__ if name.endswith("Error")} - public == {
        *("CassetteError", "InputError", "SettingError", "ToolError")
    }
    assert "RateLimitError            429" in errors.__doc__


def python_of(path: Path) -> Iterator[str]:
    """Yield the Python that a page, a notebook or a script shows or is."""
    if path.suffix == ".py":
        yield path.read_text(encoding="utf-8")
    elif path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        yield from (cell.source for cell in cells if cell.cell_type == "code")
    else:
        yield from FENCE.findall(path.read_text(encoding="utf-8"))


def names_in(code: str) -> Iterator[str]:
    """Yield the dotted names below `claude_nb` that code imports or uses."""
    lines = [] if code.startswith("%%") else code.splitlines()
    plain = (line for line in lines if not line.lstrip().startswith(("%", "!")))
    tree = ast.parse("\n".join(plain))
    ours = {"claude_nb": "claude_nb"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("claude_nb"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            found = [alias for alias in node.names if alias.name.startswith("claude_nb")]
            ours |= {alias.asname: alias.name for alias in found if alias.asname}
            yield from (alias.name for alias in found)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (owner := ast.unparse(node.value)) in ours:
            yield f"{ours[owner]}.{node.attr}"


def named() -> set[str]:
    """Return every dotted name that pages, notebooks, benchmarks and scripts use."""
    found: set[str] = set()
    for folder, kind in product(
        (".", "docs", "notebooks", "benchmarks", "scripts", "binder"), KINDS
    ):
        for path in (ROOT / folder).glob(f"*.{kind}"):
            found.update(*map(names_in, python_of(path)))
            text = path.read_text(encoding="utf-8") if kind == "md" else ""
            found |= {*DIRECTIVE.findall(text), *INLINE.findall(text)}
    return found


@pytest.mark.parametrize("name", sorted(named()))
def test_names_in_pages_and_notebooks_exist(name):
    assert pkgutil.resolve_name(name) is not None


def test_the_collection_of_names_finds_them():
    assert {"claude_nb.Anthropic", "claude_nb.login", "claude_nb.emulator.serve"} <= named()
