"""The everyday words of mathematics: what a formula may be made of. Data only."""

__all__ = ["COLOURS", "COMMANDS", "ENVIRONMENTS", "SIZES"]

_LETTERS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu
xi omicron pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega digamma Alpha
Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau
Upsilon Phi Chi Psi Omega varGamma varDelta varTheta varLambda varXi varPi varSigma varUpsilon
varPhi varPsi varOmega upalpha upbeta upgamma updelta upepsilon upvarepsilon upzeta upeta uptheta
upvartheta upiota upkappa uplambda upmu upnu upxi uppi upvarpi uprho upvarrho upsigma upvarsigma
uptau upupsilon upphi upvarphi upchi uppsi upomega Upgamma Updelta Uptheta Uplambda Upxi Uppi
Upsigma Upupsilon Upphi Uppsi Upomega aleph beth gimel daleth ell hbar hslash imath jmath wp Re Im
Bbbk Finv Game eth mho partial nabla infty emptyset varnothing forall exists nexists neg lnot top
bot prime backprime angle measuredangle sphericalangle triangle surd natural flat sharp clubsuit
diamondsuit heartsuit spadesuit complement square Box Diamond lozenge blacklozenge blacksquare
bigstar circledS circledR checkmark maltese yen diagup diagdown triangledown blacktriangle
blacktriangledown vartriangle dots ldots cdots vdots ddots dotsb dotsc dotsi dotsm dotso hdots
iddots AA S P copyright pounds dag ddag degree celsius ohm micro perthousand
"""
_OPERATORS = """
pm mp times div cdot ast star circ bullet oplus ominus otimes oslash odot cap cup uplus sqcap
sqcup wedge vee land lor setminus smallsetminus wr amalg dagger ddagger bigcirc triangleleft
triangleright bigtriangleup bigtriangledown lhd rhd unlhd unrhd ltimes rtimes leftthreetimes
rightthreetimes boxplus boxminus boxtimes boxdot circledast circledcirc circleddash dotplus
divideontimes intercal barwedge veebar doublebarwedge curlywedge curlyvee Cap Cup doublecap
doublecup centerdot sum prod coprod int iint iiint iiiint oint idotsint intop bigcap bigcup
bigsqcup bigvee bigwedge bigodot bigotimes bigoplus biguplus smallint sin cos tan cot sec csc
arcsin arccos arctan sinh cosh tanh coth arg deg det dim exp gcd hom inf ker lg lim liminf limsup
ln log max min Pr sup injlim projlim varlimsup varliminf varinjlim varprojlim bmod pmod mod pod
operatorname operatornamewithlimits limits nolimits displaylimits
"""
_RELATIONS = """
eq ne neq lt gt le ge leq geq leqq geqq leqslant geqslant ll gg lll ggg llless gggtr nless ngtr
nleq ngeq nleqslant ngeqslant lneq gneq lneqq gneqq lesssim gtrsim lessapprox gtrapprox lessgtr
gtrless lesseqgtr gtreqless lessdot gtrdot eqslantless eqslantgtr lnsim gnsim lnapprox gnapprox
prec succ preceq succeq preccurlyeq succcurlyeq precsim succsim nprec nsucc npreceq nsucceq sim
simeq approx approxeq cong ncong nsim equiv doteq Doteq doteqdot propto varpropto asymp bumpeq
Bumpeq eqcirc circeq triangleq risingdotseq fallingdotseq eqsim backsim backsimeq thicksim
thickapprox coloneqq eqqcolon coloneq Coloneqq vcentcolon dblcolon colonequals in notin ni owns
subset supset subseteq supseteq nsubseteq nsupseteq subsetneq supsetneq subseteqq supseteqq
subsetneqq supsetneqq varsubsetneq varsupsetneq Subset Supset sqsubset sqsupset sqsubseteq
sqsupseteq mid nmid shortmid parallel nparallel shortparallel perp vdash dashv models vDash Vdash
Vvdash nvdash nvDash nVdash nVDash smile frown bowtie Join between pitchfork therefore because not
vartriangleleft vartriangleright trianglelefteq trianglerighteq ntriangleleft ntriangleright
blacktriangleleft blacktriangleright to gets leftarrow rightarrow leftrightarrow Leftarrow
Rightarrow Leftrightarrow longleftarrow longrightarrow longleftrightarrow Longleftarrow
Longrightarrow Longleftrightarrow uparrow downarrow updownarrow Uparrow Downarrow Updownarrow
mapsto longmapsto hookleftarrow hookrightarrow nearrow searrow swarrow nwarrow leftharpoonup
leftharpoondown rightharpoonup rightharpoondown leftrightharpoons rightleftharpoons upharpoonleft
upharpoonright downharpoonleft downharpoonright restriction leadsto rightsquigarrow
leftrightsquigarrow twoheadleftarrow twoheadrightarrow leftarrowtail rightarrowtail leftleftarrows
rightrightarrows leftrightarrows rightleftarrows upuparrows downdownarrows curvearrowleft
curvearrowright circlearrowleft circlearrowright looparrowleft looparrowright multimap
dashleftarrow dashrightarrow Lleftarrow Rrightarrow nleftarrow nrightarrow nleftrightarrow
nLeftarrow nRightarrow nLeftrightarrow Lsh Rsh iff implies impliedby xleftarrow xrightarrow
xleftrightarrow xRightarrow xLeftarrow xLeftrightarrow xmapsto xhookrightarrow xhookleftarrow
xrightleftharpoons xlongequal
"""
_SHAPES = """
frac dfrac tfrac cfrac sfrac binom dbinom tbinom over choose atop brack brace sqrt root of hat
widehat tilde widetilde bar overline underline vec overrightarrow overleftarrow overleftrightarrow
underrightarrow underleftarrow underleftrightarrow dot ddot dddot ddddot acute grave breve check
mathring overbrace underbrace overparen underparen overset underset stackrel buildrel substack
sideset prescript boxed fbox cancel bcancel xcancel cancelto phantom hphantom vphantom strut
mathstrut left right middle big Big bigg Bigg bigl bigr bigm Bigl Bigr Bigm biggl biggr biggm
Biggl Biggr Biggm lbrace rbrace lbrack rbrack langle rangle lvert rvert lVert rVert vert Vert
lfloor rfloor lceil rceil lgroup rgroup lmoustache rmoustache ulcorner urcorner llcorner lrcorner
backslash arrowvert Arrowvert bracevert bra ket braket Bra Ket Braket set Set mathrel mathbin
mathop mathord mathopen mathclose mathpunct mathinner colon ldotp cdotp nonumber notag hline
hdashline hfil hfill intertext shortintertext matrix pmatrix cases cr newline ce pu bond
"""
_STYLES = """
rm it bf sf tt cal scr frak mit mathrm mathit mathbf mathsf mathtt mathnormal mathcal mathscr
mathfrak mathbb mathbfit mathbfcal mathbfscr mathbffrak mathbfsf mathsfit symbf symrm symit symsf
symtt boldsymbol bm bold Bbb text textrm textit textbf textsf texttt textnormal textup textmd emph
mbox hbox displaystyle textstyle scriptstyle scriptscriptstyle color textcolor colorbox fcolorbox
space quad qquad enspace thinspace medspace thickspace negthinspace negmedspace negthickspace
nobreakspace hspace mspace kern mkern hskip mskip allowbreak nobreak begin end TeX LaTeX
"""

SIZES: dict[str, float] = {
    "tiny": 1, "scriptsize": 1, "footnotesize": 1, "small": 1, "normalsize": 1, "large": 1.2,
    "Large": 1.44, "LARGE": 1.73, "huge": 2.07, "Huge": 2.49,
}  # fmt: skip
"""Times the size of the text, by command."""

COMMANDS = frozenset(
    " ".join((_LETTERS, _OPERATORS, _RELATIONS, _SHAPES, _STYLES, *SIZES)).split(),
)
"""Names behind a backslash."""

_NUMBERED = ("equation", "align", "alignat", "flalign", "gather", "multline", "eqnarray")
_ENVIRONMENTS = """
aligned alignedat gathered split subarray array cases dcases rcases drcases
matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix psmallmatrix bsmallmatrix
matrix* pmatrix* bmatrix* Bmatrix* vmatrix* Vmatrix* cases* dcases*
"""
ENVIRONMENTS = frozenset(
    (*_ENVIRONMENTS.split(), *_NUMBERED, *(f"{name}*" for name in _NUMBERED)),
)
"""Names that may begin and end; those that number are starred before they are typeset."""

_COLOURS = """
red green blue orange purple violet magenta cyan teal brown gray grey olive pink lime navy maroon
crimson darkred darkgreen darkblue darkorange forestgreen royalblue tomato gold black
"""
COLOURS = frozenset(_COLOURS.split())
"""Names of colours, in lower case."""
