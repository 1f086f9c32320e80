r"""Scripts are joined without harm to what looks like a comment, and the rest is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_nb.notebook.page import assets, constants, esm
from claude_nb.notebook.page.esm import ModuleError

WHOLE = {  # expressions that must arrive as they are
    "a slash in a string": '" // "',
    "a comment in a string": "'/*' + \"*/\"",
    "an escaped quote": r'"\" // "',
    "an escaped line break": '"a\\\n  // b"',
    "a comment in a template": '`// ${"//"}`',
    "spaces in a template": "`a  {  b\n   /* c */ , d`",
    "a template in a template": "`a${ok ? `b ${{ c: '}' }.c} // d` : ''} // e`",
    "a dollar in a template": r"`$ \${ $$ // \` ${1}`",
    "quotes in a pattern": r"""/\/\/["'`]/g""",
    "a slash in a pattern's class": r"/[/*]\]\/*/g",
    "a pattern that is called": "/'/.test(x)",
    "a pattern after a word": "typeof /'/",
    "a pattern after a condition": "y =>{if(x)/'/.test(x)}",
    "a division": "a / b",
    "a division that looks like a pattern": "a / 2 + '/g' + b / 3",
    "a division after a call": "f(x)/ 2 + x[0]/ '/'.length",
    "a division after an index": "x[0] / 2 / y",
    "a division after an increment": "a++ / 2 / b",
    "a division after a template": "`4` / 2 / b",
    "a division by a property": "x.return / 2 / x.of",
}
HEAD = "export const a = 8, b = 2;"


def join(sources: dict[str, str], entry: str = "entry.js", **values: object) -> str:
    return esm.join(entry, sources.__getitem__, values)


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_what_only_looks_like_a_comment_is_left_alone(text):
    source = f"// one\n/* two */ export default {text}; // three '\n/* ' */"
    assert join({"entry.js": source}) == f"export default {text};"


COMMENTS = st.text(st.characters(exclude_characters="\n\r\0\u2028\u2029", codec="utf-8"))
STRINGS = COMMENTS.map(json.dumps)
TEMPLATES = st.text(st.characters(exclude_characters="`\\$\0\u2028\u2029", codec="utf-8")).map(
    "`{}`".format
)
TERMS = st.one_of(STRINGS, TEMPLATES, st.sampled_from([*WHOLE.values()]))


@given(st.lists(st.tuples(COMMENTS, TERMS, COMMENTS)))
def test_comments_go_and_terms_stay(rows):
    lines = [
        f"  /*{before.replace('/', '')}*/  {term}, //{after}\r\n" for before, term, after in rows
    ]
    kept = "".join(f"{term},\n" for _, term, _ in rows)
    assert join({"entry.js": f"export default [\n{''.join(lines)}];"}) == (
        f"export default [\n{kept}];"
    )


def test_a_comment_is_a_space_or_a_line_break():
    source = "export default a/* one */in/* two\n*/b // three\n+ c"
    assert join({"entry.js": source}) == "export default a in\nb\n+ c;"


def test_modules_come_once_each_after_what_they_import():
    sources = {
        "entry.js": 'import { a } from "./a.js";\nimport {\n b\n} from "./b.js";\na(b);',
        "a.js": 'import { c } from "./c.js";\nexport const a = () => c;',
        "b.js": 'import { c } from "./c.js"\nimport { N, NO } from "constants"'
        "\nexport function b() {}",
        "c.js": "export class c {}\nexport async function* d() {}",
    }
    joined = """\
const N="</n>";
const NO=null;
class c{}
async function* d(){};
const a=()=> c;
function b(){};
a(b);"""
    assert [join(sources, N="</n>", NO=None, OTHER=1) for _ in range(2)] == [joined] * 2


def test_only_the_entry_keeps_its_exports():
    sources = {
        "entry.js": 'import {a} from "./a.js"; export const b = a.export;',
        "a.js": "export let a = {};",
    }
    assert join(sources) == "let a={};\nexport const b=a.export;"


REFUSED = {
    "a default import": ('import a from "./a.js";', "imports are of names"),
    "everything": ('import * as a from "./a.js";', "imports are of names"),
    "an import for its effect": ('import "./a.js";', "imports are of names"),
    "an import that renames": ('import { a as b } from "./a.js";', "does not export a as b"),
    "an import of what is not exported": ('import { hidden } from "./a.js";', "export hidden"),
    "an import of what is not there": ('import { z } from "./a.js";', "does not export z"),
    "an import from a package": ('import { a } from "lodash";', "neither a file"),
    "an import from elsewhere": ('import { a } from "../a.js";', "neither a file"),
    "a constant that is not there": (
        'import { Z } from "constants";',
        "not export Z",
    ),
    "an import after something else": ('f();\nimport { a } from "./a.js";', "and first"),
    "a dynamic import": ('const f = () => import("./a.js");', "import"),
    "a dynamic import of a template": ("const f = () => import(`./${a}.js`);", "import"),
    "its own address": ("f(import.meta.url);", "import"),
    "a list of exports": ("const a = 1;\nexport { a };", "exports are declarations"),
    "an export from elsewhere": ('export * from "./a.js";', "exports are declarations"),
    "an export in the middle of a line": ("const b = 1; export const c = 2;", "exports are"),
    "two names": ("const b = 1, c = 2;", "of one name"),
    "a pattern of names": ("const { b } = c;", "of one name"),
    "a name twice": ("const b = 1;\nfunction b() {}", "a new one"),
    "a clash with another module": (
        'import { a } from "./a.js";\nlet hidden;',
        "is declared",
    ),
    "a clash with a constant": ('import { N } from "constants";\nlet N;', "N is declared"),
    "a default export to import": ('import { a } from "./default.js";', "a default export"),
    "a circle": ('import { a } from "./circle.js";', "entry.js → circle.js → entry.js"),
    "itself": ('import { a } from "./entry.js";', "entry.js → entry.js"),
    "a string without end": ('f("a);\n"b"', "nothing ends"),
    "a template without end": ("f(`a${b`c`);", "nothing ends"),
    "a comment without end": ("a /* b", "nothing ends this comment"),
    "a pattern without end": ("f(/[/);", "nothing ends"),
    "brackets that do not match": ("f((a);", "brackets"),
    "a slash that may be either": ("if (a) {} /b/.test(c)", "a slash after a brace"),
    "a NUL": ("f('\0');", "NUL"),
    "a line separator": ("f('\u2028');", "a line break that is none in Python"),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_refused(text, problem):
    sources = {
        "entry.js": text,
        "a.js": "export const a = 1;\nconst hidden = 2;",
        "default.js": "export const a = 1;\nexport default a;",
        "circle.js": 'import { z } from "./entry.js";\nexport const a = z;',
    }
    with pytest.raises(ModuleError, match=r"\.js: |circle| is declared in ") as caught:
        join(sources, N=1)
    assert problem in str(caught.value)


def test_scripts_in_folders_find_each_other():
    sources = {
        "panel/entry.js": 'import { a } from "../a.js";\nimport { b } from "./b.js";\na(b);',
        "panel/b.js": 'import { a } from "../a.js";\nexport const b = a;',
        "a.js": "export const a = 1;",
    }
    assert join(sources, "panel/entry.js").split("\n") == ["const a=1;", "const b=a;", "a(b);"]
    sources["a.js"] = 'import { b } from "./panel/../../a.js";'
    with pytest.raises(ModuleError, match=r"a\.js: '\./panel/\.\./\.\./a\.js' is neither a file"):
        join(sources, "panel/entry.js")


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ModuleError, match=r"nowhere\.js"):
        assets.script("nowhere.js")


def test_pages_get_no_comments_no_indentation_and_only_what_they_need():
    panel = assets.script("panel/panel.js", EFFORTS=[])
    assert "\n " not in panel
    assert "\n//" not in panel
    assert f'"{constants.VIEW}"' in panel
    assert "PART" not in panel
    assert constants.PROBE in assets.script("asked/probe.js")
    style = assets.style("answer.css", "live.css")
    assert "/*" not in style
    assert "\n" not in style
