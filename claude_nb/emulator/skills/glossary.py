"""Short, true explanations of terms that beginners in notebooks ask about: data only."""

from __future__ import annotations

__all__ = ["GLOSSARY"]

# term (regular expression) -> statements, the most important first
GLOSSARY: dict[str, tuple[str, ...]] = {
    r"\btokens?\b": (
        (
            "A **token** is the unit a language model reads and writes: a short word or a piece of "
            "a longer one."
        ),
        "English text has roughly four tokens for every three words.",
        "Prices and limits (`max_tokens`, the context window) are counted in tokens.",
        "The API reports the tokens of each request in `usage`.",
    ),
    r"\btemperature\b": (
        "**Temperature** sets how freely a model chooses among likely next tokens.",
        "Near 0 it nearly always takes the likeliest one, so answers repeat.",
        "Near 1 it spreads its choices, so answers vary more.",
        "It changes variety, not knowledge: a wrong fact stays wrong at 0.",
    ),
    r"\bstreaming\b": (
        "**Streaming** sends an answer piece by piece while it is being written.",
        "The pieces travel as server-sent events over one HTTP response.",
        "The first words appear early, although the whole takes as long as before.",
        "The final message has the same content as one that was not streamed.",
    ),
    r"\bprompt cach\w*|\bcaching\b": (
        "**Prompt caching** keeps the processed beginning of a prompt for a few minutes.",
        "A later request with the same beginning reads it back, cheaper and faster.",
        "`cache_control` marks where the part worth keeping ends.",
        "`usage` tells what was written to the cache and what was read from it.",
    ),
    r"\bextended thinking\b|\bthinking\b": (
        "**Extended thinking** lets a model write working notes before its answer.",
        "The notes come in `thinking` blocks, apart from the answer's text.",
        "They count as output tokens; a budget or an effort says how many to use.",
        "It helps with problems in several steps, less with simple questions.",
    ),
    r"\bstop sequences?\b": (
        "A **stop sequence** is a text at which the model stops writing.",
        "The sequence itself is not part of the answer.",
        "The reply then has `stop_reason` set to `stop_sequence`.",
    ),
    r"\bjupyter\b|\bnotebooks?\b": (
        "A **Jupyter notebook** mixes code, its results and prose in one document.",
        "The code runs in a *kernel*, a process that keeps its variables between cells.",
        "Cells can run in any order, so restart and run all before you trust a result.",
    ),
    r"\brecursion\b|\brecursive\b": (
        "**Recursion** is when a function solves a problem by calling itself on a smaller one.",
        "It needs a *base case* that is answered directly, or it never ends.",
        "Each call waits on the stack for the inner one; Python allows about 1,000 by default.",
        "Whatever recursion does, a loop with its own stack can do as well.",
    ),
    r"\blist comprehensions?\b": (
        "A **list comprehension** builds a list in one expression: `[x * x for x in range(5)]`.",
        "A condition at the end filters: `[x for x in data if x > 0]`.",
        "It is usually faster than appending in a loop, and reads best when it is short.",
    ),
    r"\bdecorators?\b": (
        "A **decorator** is a function that takes a function and returns a replacement for it.",
        "`@name` above a definition applies it: `f = name(f)`.",
        "Typical uses are caching, logging, timing and registration.",
        "`functools.wraps` keeps the name and docstring of the original.",
    ),
    r"\bapis?\b": (
        "An **API** is a contract by which one program uses another.",
        "A web API takes requests over HTTP and usually answers in JSON.",
        "The contract says what may be asked, what comes back, and how errors look.",
    ),
    r"\bneural networks?\b": (
        (
            "A **neural network** is a function made of layers; each multiplies its input by "
            "weights, adds a bias and applies a simple non-linear function."
        ),
        "*Training* adjusts the weights so that the output comes closer to given examples.",
        "The adjustment follows the gradient of the error, computed by backpropagation.",
        "With enough units it can approximate very many functions, but it needs data to do so.",
    ),
    r"\bmachine learning\b": (
        "**Machine learning** finds rules from examples instead of being told them.",
        "*Supervised* learning has the right answers to learn from; *unsupervised* has not.",
        "A model must be judged on data it has not seen, or it may only have memorised.",
    ),
    r"\bgradient descent\b": (
        "**Gradient descent** finds a minimum by small steps downhill.",
        "The gradient points uphill, so each step goes against it.",
        "The *learning rate* is the step size: too small is slow, too large overshoots.",
    ),
    r"\bphotosynthesis\b": (
        "**Photosynthesis** turns light, water and carbon dioxide into sugar and oxygen.",
        "It happens in chloroplasts, where chlorophyll absorbs mostly red and blue light.",
        "The light reactions make ATP and NADPH and release oxygen from water.",
        "The Calvin cycle then uses them to build sugar from carbon dioxide.",
    ),
    r"\bblack holes?\b": (
        "A **black hole** is a region from which not even light can escape.",
        "Its boundary is the *event horizon*; its size grows with the mass inside.",
        "Stellar ones form when massive stars collapse; galaxies hold far larger ones.",
        "They are seen by their effect on gas, stars and light around them.",
    ),
    r"\bgravity\b": (
        "**Gravity** is the attraction between masses.",
        "Newton: the force falls with the square of the distance.",
        "Einstein: mass bends space and time, and things follow the bend.",
        "Near the Earth's surface it accelerates everything by about 9.8 m/s².",
    ),
}
