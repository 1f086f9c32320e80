"""What code is made of, language by language: comments, strings, words. Data only.

Enough for colour, and no more: each expression takes what it has looked at, also where a string or
a comment never ends, so that colour costs in proportion to the code, whatever the code is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Language", "language"]

_NUMBER = (
    r"(?P<samp>(?<![\w.])(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)\w*)"
)
_WORD = r"(?P<word>[^\W\d][\w]*)"

# Comments and strings; one that does not end goes to the end of its line, or of the code.
_HASH, _SLASHES, _DASHES, _PERCENT, _SEMICOLON = (
    rf"{mark}[^\n]*" for mark in ("#", "//", "--", "%", ";")
)
_STARS, _BRACES, _ARROWS = (
    rf"{begin}[\s\S]*?(?:{end}|\Z)"
    for begin, end in ((r"/\*", r"\*/"), (r"\{-", r"-\}"), ("<!--", "-->"))
)
_DOUBLE, _SINGLE = (rf"{quote}(?:[^{quote}\\\n]|\\[\s\S])*+{quote}?" for quote in "\"'")
_LETTER = r"'(?:[^'\\\n]|\\[^\n]{1,9}?)'"  # where ' also means something else
_BACKTICK = r"`(?:[^`\\]|\\[\s\S])*+`?"
_TRIPLE = r'[A-Za-z]{0,2}(?:"""[\s\S]*?(?:"""|\Z)|' + r"'''[\s\S]*?(?:'''|\Z))"
_PREFIXED = rf"(?:[A-Za-z]{{1,2}}(?=[\"']))?(?:{_DOUBLE}|{_SINGLE})"
_DOUBLED = r"'[^']*+'?"  # SQL and the like: '' inside, over lines
_KEY = r'(?P<b>"(?:[^"\\\n]|\\[^\n])*+"(?=[ \t]{0,9}:))'


@dataclass(frozen=True, slots=True)
class Language:
    """How one language is read.

    Attributes
    ----------
    pattern : re.Pattern
        Its groups are the elements of their kinds, and ``word``.
    keywords : frozenset of str
        Words of the language; in lower case if `folds`.
    definers : frozenset of str
        Keywords before a name that they define.
    folds : bool
        Whether words mean the same in upper case.
    """

    pattern: re.Pattern[str]
    keywords: frozenset[str] = frozenset()
    definers: frozenset[str] = frozenset()
    folds: bool = False


_DEFINERS = (
    "class def fn fun func function interface struct enum trait type module record object sub"
)

_SLASHED = rf"(?P<i>{_SLASHES}|{_STARS})"
_QUOTED = rf"(?P<span>{_DOUBLE}|{_SINGLE})"
_ANNOTATION = r"(?P<dfn>@[A-Za-z_][\w.]*)"

_EXPRESSIONS: dict[str, str] = {
    "python py python3 py3 ipython pycon pyi cython": (
        rf"(?P<i>{_HASH})|(?P<span>{_TRIPLE}|{_PREFIXED})|{_ANNOTATION}"
    ),
    "javascript js jsx mjs cjs node": (
        rf"{_SLASHED}|(?P<span>{_DOUBLE}|{_SINGLE}|{_BACKTICK})|{_ANNOTATION}"
    ),
    "typescript ts tsx": (rf"{_SLASHED}|(?P<span>{_DOUBLE}|{_SINGLE}|{_BACKTICK})|{_ANNOTATION}"),
    "json json5 jsonc jsonl": (rf"{_SLASHED}|{_KEY}|(?P<span>{_DOUBLE})"),
    "c h": (rf"{_SLASHED}|{_QUOTED}|(?P<b>^[ \t]{{0,9}}#[ \t]{{0,9}}\w+)"),
    "cpp c++ cc cxx hpp cuda arduino objective-c objc": (
        rf"{_SLASHED}|{_QUOTED}|(?P<b>^[ \t]{{0,9}}#[ \t]{{0,9}}\w+)"
    ),
    "java groovy": (rf"{_SLASHED}|{_QUOTED}|{_ANNOTATION}"),
    "kotlin kt scala dart": (rf"{_SLASHED}|(?P<span>{_TRIPLE}|{_DOUBLE}|{_SINGLE})|{_ANNOTATION}"),
    "csharp cs c# fsharp": (rf"{_SLASHED}|{_QUOTED}"),
    "go golang": (rf"{_SLASHED}|(?P<span>{_DOUBLE}|{_LETTER}|{_BACKTICK})"),
    "rust rs": (rf"{_SLASHED}|(?P<span>{_DOUBLE}|{_LETTER})"),
    "swift": (rf"{_SLASHED}|(?P<span>{_TRIPLE}|{_DOUBLE})|{_ANNOTATION}"),
    "ruby rb": (rf"(?P<i>{_HASH})|{_QUOTED}"),
    "php": (rf"(?P<i>{_HASH}|{_SLASHES}|{_STARS})|{_QUOTED}"),
    "perl pl": (rf"(?P<i>{_HASH})|{_QUOTED}"),
    "lua": (rf"(?P<i>{_DASHES})|{_QUOTED}"),
    "r rscript": (rf"(?P<i>{_HASH})|{_QUOTED}"),
    "julia jl": (rf"(?P<i>{_HASH})|(?P<span>{_TRIPLE}|{_DOUBLE}|{_LETTER})"),
    "matlab octave": (rf"(?P<i>{_PERCENT})|(?P<span>{_DOUBLE}|(?<![\w)\]'])'[^'\n]*'?)"),
    "haskell hs elm": (rf"(?P<i>{_DASHES}|{_BRACES})|(?P<span>{_DOUBLE}|{_LETTER})"),
    "ocaml ml": (rf"(?P<i>\(\*[\s\S]*?(?:\*\)|\Z))|(?P<span>{_DOUBLE}|{_LETTER})"),
    "elixir ex exs": (rf"(?P<i>{_HASH})|(?P<span>{_TRIPLE}|{_DOUBLE}|{_SINGLE})|{_ANNOTATION}"),
    "lisp common-lisp scheme clojure clj racket emacs-lisp elisp": (
        rf"(?P<i>{_SEMICOLON})|(?P<span>{_DOUBLE})"
    ),
    "bash sh shell zsh console shell-session fish terminal": (
        rf"(?P<i>(?:^|(?<=\s))#[^\n]*)|(?P<span>{_DOUBLE}|{_DOUBLED})|(?P<dfn>\$\w+|\$\{{\w+)"
    ),
    "powershell ps1 pwsh": (rf"(?P<i>{_HASH})|(?P<span>{_DOUBLE}|{_DOUBLED})|(?P<dfn>\$\w+)"),
    "sql postgresql postgres mysql sqlite plsql tsql": (
        rf"(?P<i>{_DASHES}|{_STARS})|(?P<span>{_DOUBLED}|{_DOUBLE})"
    ),
    "yaml yml": (
        rf"(?P<i>(?:^|(?<=\s))#[^\n]*)|(?P<b>^[ \t-]{{0,40}}[\w.-]{{1,80}}(?=:(?:\s|$)))|{_QUOTED}"
    ),
    "toml ini cfg conf properties env dotenv": (
        rf"(?P<i>^[ \t]{{0,9}}[#;][^\n]*)|(?P<b>^[ \t]{{0,9}}[\w.-]{{1,80}}(?=[ \t]{{0,9}}=)"
        rf"|^\[[^\]\n]*\]?)|(?P<span>{_TRIPLE}|{_DOUBLE}|{_SINGLE})"
    ),
    "dockerfile docker": (rf"(?P<i>{_HASH})|{_QUOTED}"),
    "make makefile cmake": (rf"(?P<i>{_HASH})|(?P<dfn>^[\w./-]{{1,80}}(?=:))|(?P<span>{_DOUBLE})"),
    "html xml svg xhtml vue": (
        rf"(?P<i>{_ARROWS})|(?P<b></?[A-Za-z][\w:-]*)|(?P<dfn>(?<=\s)[\w:@-]{{1,80}}(?==))"
        rf"|(?P<span>(?<==)(?:{_DOUBLED}|\"[^\"]*+\"?))"
    ),
    "css scss less sass": (
        rf"(?P<i>{_STARS})|{_QUOTED}|(?P<b>@[\w-]+|[\w-]{{1,80}}(?=[ \t]{{0,9}}:[ \t]))"
        r"|(?P<dfn>[.#][A-Za-z][\w-]*(?=[^;\n]{0,80}\{))"
    ),
    "diff patch": (r"(?P<i>^-[^\n]*)|(?P<span>^\+[^\n]*)|(?P<b>^(?:@@|diff|index)[^\n]*)"),
    "latex tex": (rf"(?P<i>{_PERCENT})|(?P<b>\\[A-Za-z]+)"),
}
"""By all names of a language, the first of which names its words below."""

_WORDS = """
python: False None True and as assert async await break class continue def del elif else except
  finally for from global if import in is lambda nonlocal not or pass raise return try while with
  yield match case
javascript: function return const let var if else for while do switch case default break continue
  new delete typeof instanceof in of class extends super this import export from as async await
  yield try catch finally throw null undefined true false static get set void
typescript: function return const let var if else for while do switch case default break continue
  new delete typeof instanceof in of class extends super this import export from as async await
  yield try catch finally throw null undefined true false static get set void interface type enum
  implements private public protected readonly declare namespace abstract keyof is string number
  boolean any unknown never
json: true false null
c: if else for while do switch case default break continue return goto struct union enum typedef
  sizeof static extern const volatile inline void int char short long float double unsigned signed
  bool true false NULL
cpp: if else for while do switch case default break continue return goto struct union enum typedef
  sizeof static extern const volatile inline void int char short long float double unsigned signed
  bool true false NULL class namespace using template typename public private protected virtual
  override new delete this auto constexpr nullptr try catch throw operator friend explicit final
java: class interface extends implements import package public private protected static final
  abstract new this super throw throws try catch finally instanceof if else for while do switch
  case default break continue return void int long float double boolean char byte short true false
  null var enum record override
kotlin: class interface extends implements import package public private protected static final
  abstract new this super throw throws try catch finally instanceof if else for while do switch
  case default break continue return void int long float double boolean char byte short true false
  null var enum record override fun val def object trait when match with lazy data sealed
  companion init is in as by given yield late required async await
csharp: class interface extends implements import package public private protected static final
  abstract new this super throw throws try catch finally instanceof if else for while do switch
  case default break continue return void int long float double boolean char byte short true false
  null var enum record override using namespace string object bool decimal foreach in out ref
  async await get set struct delegate event readonly where select let member match with of
go: break case chan const continue default defer else fallthrough for func go goto if import
  interface map package range return select struct switch type var nil true false string int bool
  error byte float64 int64 any
rust: as async await break const continue crate dyn else enum extern false fn for if impl in let
  loop match mod move mut pub ref return self Self static struct super trait true type unsafe use
  where while i32 i64 u8 u32 u64 usize f32 f64 bool str
swift: func let var if else guard for in while repeat switch case default break continue return
  class struct enum protocol extension import init self super nil true false try catch throw
  throws async await public private internal static override where as is
ruby: def class module end if elsif else unless while until for in do return yield begin rescue
  ensure raise require require_relative include extend attr_accessor attr_reader self super nil
  true false and or not then case when puts
php: class interface extends implements import package public private protected static final
  abstract new this super throw throws try catch finally instanceof if else for while do switch
  case default break continue return void int long float double boolean char byte short true false
  null var enum record override function echo foreach as use namespace array fn match require
  include trait
perl: my our local sub if elsif else unless while until for foreach return use package print last
  next die and or not eq ne
lua: and break do else elseif end false for function goto if in local nil not or repeat return
  then true until while
r: if else for while repeat function return next break in TRUE FALSE NULL NA Inf NaN library
  require
julia: function end if elseif else for while in return struct mutable module using import export
  begin let do try catch finally const global local macro quote true false nothing where
matlab: function end if elseif else for while switch case otherwise return break continue try
  catch global persistent classdef properties methods
haskell: module import qualified as where let in do case of if then else data type newtype class
  instance deriving forall
ocaml: let rec in fun function match with type of module struct sig end open if then else begin
  val mutable true false and when try raise exception
elixir: def defp defmodule do end if else unless case cond when fn use import alias require true
  false nil and or not in with for
lisp: define defun defn def let lambda fn if cond loop do ns require set setq progn begin quote
  nil true false
bash: if then else elif fi for in do done while until case esac function return export local
  readonly unset set source exit echo cd sudo
powershell: function param if else elseif foreach for while switch return try catch finally throw
  begin process end in
sql: select from where and or not in is null as on join inner left right full outer cross group by
  order having limit offset distinct insert into values update set delete create table view index
  primary key foreign references drop alter add column default unique union all case when then
  else end with exists between like asc desc begin commit rollback over partition integer int text
  varchar boolean date timestamp true false
yaml: true false null yes no on off
toml: true false
dockerfile: FROM RUN CMD LABEL EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG AS
  HEALTHCHECK
make: ifeq ifneq else endif include define endef export if elseif foreach function set project
  add_executable target_link_libraries find_package
"""
_FOLDS = frozenset({"powershell", "sql"})  # words mean the same in upper case


@cache
def _names() -> dict[str, str]:
    return {name: names for names in _EXPRESSIONS for name in names.split()}


@cache
def _words() -> dict[str, frozenset[str]]:
    lines = re.sub(r"\n  ", " ", _WORDS).strip().split("\n")
    pairs = (line.split(":", 1) for line in lines)
    return {name: frozenset(words.split()) for name, words in pairs}


def language(name: str) -> Language | None:
    """Return how a language is read, by any of its names in lower case; None if it is not known."""
    names = _names().get(name)
    return None if names is None else _language(names)


@cache
def _language(names: str) -> Language:
    first = names.split(maxsplit=1)[0]
    keywords = _words().get(first, frozenset())
    pattern = re.compile(f"{_EXPRESSIONS[names]}|{_NUMBER}|{_WORD}", re.MULTILINE)
    definers = keywords & frozenset(_DEFINERS.split())
    return Language(pattern, keywords, definers, folds=first in _FOLDS)
