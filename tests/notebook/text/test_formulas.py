r"""Formulas: everyday ones are typeset, others are shown as written; nothing else is typeset."""

from __future__ import annotations

import re

import pytest

from claude_nb.notebook.page.constants import FORMULA
from claude_nb.notebook.text.formula_words import COMMANDS, ENVIRONMENTS
from claude_nb.notebook.text.formulas import LONGEST, typeset
from claude_nb.notebook.text.markdown import to_html
from claude_nb.notebook.text.safe_html import formula, visible_html

EVERYDAY = r"""
x
E = mc^2
a^2 + b^2 = c^2
x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
\sqrt[3]{x+1}
\sum_{i=1}^{n} i = \frac{n(n+1)}{2}
\prod_{k=1}^\infty \left(1 - \frac{1}{k^2}\right)
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
\iint_D f\,dA + \oint_C \mathbf{F}\cdot d\mathbf{r}
\lim_{x \to 0} \frac{\sin x}{x} = 1
\frac{\partial^2 u}{\partial t^2} = c^2 \nabla^2 u
\nabla \times \vec{E} = -\frac{\partial \vec{B}}{\partial t}
\begin{pmatrix} a & b \\ c & d \end{pmatrix}
\begin{bmatrix} 1 & \cdots & 0 \\ \vdots & \ddots & \vdots \\ 0 & \cdots & 1 \end{bmatrix}
\begin{vmatrix} a & b \\ c & d \end{vmatrix} = ad - bc
\begin{matrix} 1 & 2 \\[4pt] 3 & 4 \end{matrix}
\left(\begin{smallmatrix} a & b \\ c & d \end{smallmatrix}\right)
\left[\begin{array}{cc|c} 1 & 2 & 3 \\ \hline 4 & 5 & 6 \end{array}\right]
f(x) = \begin{cases} x^2 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}
\begin{aligned} a &= b + c \\ &= d \end{aligned}
\begin{align*} a &= b \\ c &= d \end{align*}
\begin{gathered} a \\ b \end{gathered}
\begin{split} a &= b \\ &= c \end{split}
\begin{alignat*}{2} x &= 1 &\quad y &= 2 \end{alignat*}
\begin{multline*} a + b \\ + c \end{multline*}
\begin{pmatrix*}[r] -1 & 2 \end{pmatrix*}
\operatorname{argmax}_{\theta} \mathcal{L}(\theta)
\operatorname*{arg\,min}_x f(x)
\mathbb{R}^n \subset \mathbb{C}^n
\mathbb{E}[X] = \mu, \quad \operatorname{Var}(X) = \sigma^2
P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}
\binom{n}{k} = \frac{n!}{k!\,(n-k)!}
\dbinom{n}{k} \tbinom{n}{k} \dfrac12 \tfrac12
\forall \varepsilon > 0\ \exists \delta > 0 : |x - a| < \delta \implies |f(x) - L| < \varepsilon
A \cup B \cap C \setminus D \subseteq E
x \in A \iff x \notin A^c
p \land q \lor \neg r \Rightarrow s
\hat{y} = \mathbf{w}^\top \mathbf{x} + b
\bar{x} = \frac{1}{n}\sum_i x_i
\tilde{f}, \dot{x}, \ddot{x}, \vec{v}, \overline{AB}, \widehat{ABC}
\underbrace{a + \cdots + a}_{n \text{ times}}
\overbrace{x + y}^{\text{sum}}
\overset{!}{=} \underset{x}{\max} \stackrel{\text{def}}{=}
\xrightarrow{n \to \infty} \xleftarrow[below]{above}
\left\lfloor \frac{n}{2} \right\rfloor + \left\lceil x \right\rceil
\left\langle \psi \middle| \phi \right\rangle
\langle \psi | \hat{H} | \psi \rangle
\ket{\psi} = \alpha\ket{0} + \beta\ket{1}
\bra{\phi}\ket{\psi} + \braket{a|b}
\| x \|_2 = \sqrt{\sum_i x_i^2}
\lVert x \rVert \le \lvert y \rvert
a \equiv b \pmod{n}
a \bmod n
\gcd(a, b) = \max\{d : d \mid a,\ d \mid b\}
\det(A - \lambda I) = 0
\log_2 n + \ln x + \exp(x)
O(n \log n), \Theta(n^2), \Omega(n)
\alpha, \beta, \gamma, \Gamma, \varphi, \vartheta, \varrho
\hbar \omega, \ell, \aleph_0, \Re z, \Im z
\infty, \emptyset, \varnothing, \partial, \nabla
x \approx y, x \sim y, x \propto y, x \cong y, x \simeq y
a \ll b \gg c, a \leq b \geq c \neq d
\mathrm{d}x, \mathit{x}, \mathsf{x}, \mathtt{x}, \mathfrak{g}, \mathscr{L}
\boldsymbol{\mu}, \mathbf{\Sigma}
\boxed{x = 42}
\cancel{x} + \bcancel{y} + \xcancel{z} + \cancelto{0}{w}
\color{red}{x} + \textcolor{blue}{y}
\text{cost} = \$5
5\% \text{ of } 100
a\,b\;c\:d\!e\quad f\qquad g
\displaystyle\sum_{i} x_i
\textstyle\sum \scriptstyle x
\sum_{\substack{i < j \\ j < n}} a_{ij}
\sum\limits_{i=1}^n \int\nolimits_0^1
\mathop{\mathrm{rank}} A
\frac{1}{1 + \frac{1}{1 + \frac{1}{1 + x}}}
\cfrac{1}{2 + \cfrac{1}{3}}
\sqrt{1 + \sqrt{1 + \sqrt{1 + x}}}
e^{i\pi} + 1 = 0
f'(x) = \lim_{h\to 0}\frac{f(x+h)-f(x)}{h}
\dots \ldots \cdots \vdots \ddots
\therefore x = 1 \because y = 2
\triangle ABC \cong \triangle DEF
\angle ABC = 90^\circ
A \xrightarrow{f} B \hookrightarrow C \twoheadrightarrow D
x \mapsto x^2 \longmapsto y
\Big( \bigl( x \bigr) \Big)
\bigcup_{i} A_i \bigcap_{j} B_j \bigoplus_k V_k
V \otimes W \oplus U
f \circ g, a \star b, a \ast b, a \bullet b
\ce{H2O}
\ce{2H2 + O2 -> 2H2O}
\ce{CO3^2-}
\phantom{x} y \vphantom{\frac12}
x \hspace{1em} y \hspace{0.5cm} z
a \mkern-3mu b
\large x \small y
{n \choose k} + {a \over b}
\matrix{a & b \cr c & d}
\begin{array}{l} a \\ b \end{array}
\begin{array}{@{}ll@{}} a & b \end{array}
\mathbf{x}_{1:T} \sim \mathcal{N}(\mathbf{0}, \mathbf{I})
\text{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}
D_{\mathrm{KL}}(P \,\|\, Q) = \sum_x P(x) \log \frac{P(x)}{Q(x)}
H(X) = -\sum_x p(x) \log p(x)
\left. \frac{df}{dx} \right|_{x=0}
\neg\exists x\, \lnot P(x) \vdash Q \models R
π ≈ \frac{22}{7}
""".strip().splitlines()

HOSTILE = [
    *(r"\def\alpha{x}", r"\gdef\a{x}", r"\let\a\b", r"\newcommand{\pi}{x}"),
    r"\renewcommand{\pi}{x}",
    *(r"\newenvironment{a}{b}{c}", r"\DeclareMathOperator{\a}{b}", r"\DeclarePairedDelimiter\a||"),
    *(r"\href{https://a.b}{x}", r"\url{https://a.b}", r"\require{html}", r"\style{color:red}{x}"),
    *(r"\class{jp-Dialog}{x}", r"\cssId{main}{x}", r"\data{x=1}{y}", r"\bbox[red]{x}"),
    *(r"\mmlToken{mi}[href='x']{x}", r"\unicode{x41}", r"\includegraphics{a.png}", r"\char65"),
    *(r"\rule{20em}{20em}", r"\Rule{1em}{1em}{0em}", r"\Space{9em}{9em}{9em}", r"\kern-100em x"),
    *(r"\hspace{-100em}", r"\hspace{1000em}", r"\hspace{\a}", r"\mspace{-9000mu}", r"\hskip 99in"),
    *(r"\raisebox{100em}{x}", r"\raise 9em x", r"\lower9em x", r"\moveleft 9em x", r"\llap{x}"),
    *(r"\mathllap{x}", r"\mathrlap{x}", r"\mathclap{x}", r"\smash{x}", r"\vcenter{x}"),
    *(r"x\\[-100em]y", r"x\\ [-100em]y", r"x\\*[-100em]y", "x\\\\%\n[-100em]y", r"x\\[{-9em}]y"),
    *(r"x\newline[-100em]y", r"x\cr[-100em]y", r"x\\[-1,5em]y", r"x\\[999999999em]y"),
    *(r"\mathtoolsset{mathic}", r"\usetagform{a}", r"\newtagform{a}[b]{c}{d}", r"\ref{a}"),
    r"\eqref{a}",
    *(r"\tag{$\href{x}{y}$}", r"\tag{\rule{9em}{9em}}", r"\label{\def\a{b}}", r"\color{url(x)}"),
    *(r"\color[RGB]{1,2,3}{x}", r"\definecolor{red}{RGB}{1,2,3}", r"\colorbox{var(--x)}{y}"),
    *(r"\fcolorbox{red}{x;y}{z}", r"\mathchoice{a}{b}{c}{d}", r"\verb|x|"),
    r"\genfrac(){9em}0{a}{b}",
    *(r"\above 9em x", r"\Huge\Huge x", r"\Large" * 4 + "x", r"\!" * 20, r"\qquad" * 30),
    *(r"\kern-1em" * 3 + "x", r"\begin{array}{*{9999}{c}}a\end{array}", r"\begin{html}x\end{html}"),
    *(r"\begin{CD}a\end{CD}", r"\begin{multlined}[b][99em]x\end{multlined}", "\\begin{a%\n}x"),
    *("{" * 40 + "x" + "}" * 40, r"\left(" * 40 + "x" + r"\right)" * 40, "x" * (LONGEST + 1)),
    *(r"\begin{matrix}x\end{matrix}" * 40, "x&" * 1_200, r"a $ \alpha $ b", r"\csname x\endcsname"),
    *(r"\texttip{a}{b}", r"\toggle{a}{b}\endtoggle", r"\mathtip{a}{b}", r"\catcode`\@", r"\pmb{x}"),
    *(r"\input{x}", r"\write18{x}", r"\nosuch", r"\é", "\\", r"\htmlClass{a}{b}", r"\htmlId{a}{b}"),
]  # fmt: skip


@pytest.mark.parametrize("source", EVERYDAY)
def test_everyday_formulas_are_typeset_as_they_are(source):
    assert typeset(source) == source


def test_there_are_a_hundred_everyday_formulas():
    assert len(EVERYDAY) >= 100


@pytest.mark.parametrize("source", HOSTILE)
def test_what_acts_outside_of_a_formula_is_shown_as_written(source):
    assert typeset(source) is None
    shown = formula(source, "$$")
    assert FORMULA not in shown
    assert shown == f"<code>{visible_html(f'$${source}$$', code=True)}</code>"


@pytest.mark.parametrize(
    ("source", "typeset_as"),
    [
        (r"a = b \tag{1}", r"a = b \qquad\text{(1)}"),
        (r"a = b \tag*{$x$}", None),
        (r"a = b \tag*{here}", r"a = b \qquad\text{here}"),
        (r"a \label{eq:x} = b", "a  = b"),
        (r"\begin{align}a&=b\end{align}", r"\begin{align*}a&=b\end{align*}"),
        (r"\begin{equation}a\end{equation}", r"\begin{equation*}a\end{equation*}"),
    ],
)
def test_numbers_and_ids_are_the_pages(source, typeset_as):
    assert typeset(source) == typeset_as


def test_no_listed_word_defines_links_loads_or_moves():
    listed = COMMANDS | ENVIRONMENTS
    acting = (
        "def edef gdef xdef let href url style class cssId data require unicode rule raise lower"
    )
    acting += " llap rlap mathllap mathrlap smash tag label ref eqref bbox verb mathchoice genfrac"
    assert not listed & set(acting.split())
    assert not [name for name in listed if name.startswith(("newc", "renew", "Declare", "html"))]


def texts(html: str) -> list[str]:
    """Return the strings that MathJax would look at, formulas of ours left out."""
    ours = re.compile(rf'<span class="{FORMULA}">.*?</span>|<code>.*?</code>', re.DOTALL)
    html = ours.sub("<i></i>", html)
    return re.split(r"<(?!br>)[^>]*>", html)


@pytest.mark.parametrize(
    "text",
    [
        r"![$ \href{https://a.b}{x}\rule{20em}{20em}\def\alpha{\text{HACKED}} $](http://a.b)",
        r"[$ \rule{1em}{1em} $](http://a.b '$ \rule{1em}{1em} $')",
        r"\\$x$ \href{https://a.b}{x} $y$",
        r"a \\(x\\) b \\[ y \\] c \\begin{align} z \\end{align} \\ref{x} \\eqref{y}",
        r"# $ \rule{1em}{1em} $",
        "| $ | \\rule{1em}{1em} | $ |\n|---|---|---|\n| $ | a | $ |",
        "$ \\rule{1em}{1em}  \n $",
        r"&#36; \rule{1em}{1em} &#36; &dollar; \rule{1em}{1em} &dollar;",
        r"*$* \rule{1em}{1em} *$* **\\**(x**\\**)",
        r"<http://a.b/$\rule{1em}{1em}$>",
        "[a]: http://a.b '$x$'\n\n[a] ![$ \\rule{1em}{1em} $][a]",
        "x" * 20_001 + r" $\rule{1em}{1em}$",
        r"\$ \rule{1em}{1em} \$",
    ],
)
def test_mathjax_finds_nothing_but_formulas_of_ours(text):
    opening = re.compile(r"\$.*\$|\\(?:[(\[]|begin|(?:eq)?ref)", re.DOTALL)
    assert [string for string in texts(to_html(text)) if opening.search(string)] == []


def test_a_text_holds_a_thousand_formulas_at_most():
    html = to_html("$x$\n\n" * 1_010)
    assert html.count(FORMULA) == 1_000
    assert html.count("<code>$x$</code>") == 10
