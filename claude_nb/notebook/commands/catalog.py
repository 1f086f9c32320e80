"""The commands of ``%claude``: names, what may follow them, and one line on each.

A command's work is `run(session, words)` in the module that is named here; it is imported when the
command is first used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["BY_NAME", "COMMANDS", "SERVERS", "Command"]

SERVERS = ("ollama", "llama.cpp", "lmstudio", "vllm")
"""What ``%claude use`` takes beside addresses: the words of `claude_nb.notebook.backend.local`."""

Takes = Literal["nothing", "word", "path", "pairs", "amounts", "cell", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    Attributes
    ----------
    name : str
        The word behind ``%claude``.
    does : str
        What it does, in one line.
    module : str
        Where its function is: ``chats`` or ``chats:undo``; ``run`` unless a name is given.
    takes : str
        What makes a line this command and not a question: nothing behind the name, at most one
        ``"word"`` or ``"path"`` (which may be quoted), only name=value ``"pairs"``, only
        ``"amounts"`` of money or tokens, a ``"cell"`` or words in quotes, or any ``"text"``.
    form : str
        What may follow the name, for people.
    more : str
        A second sentence for ``%claude help NAME``.
    """

    name: str
    does: str
    module: str
    takes: Takes = "nothing"
    form: str = ""
    more: str = ""


# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command(name="help", module="guide", takes="word", form="[COMMAND]",
            does="this page, or more about one command"),
    Command(name="models", module="served.models", takes="word", form="[NAME]",
            does="what each model takes, writes and costs",
            more="With a name or part of one, only the models it fits. Asks the server which "
                 "models it offers, and says so if it could not be asked."),
    Command(name="use", module="served.use", takes="word", form="[SERVER]",
            does="have a model server of this machine answer: ollama, llama.cpp, lmstudio, vllm",
            more="SERVER may be an address of this machine too; off goes back. Alone, says what "
                 "answers, and what is found here. claude_nb.use(client) takes any client."),
    Command(name="set", module="defaults", takes="pairs", form="[NAME=VALUE ...]",
            does="defaults for this session; alone, shows them all",
            more="%claude set temperature=0.3 model=haiku; %claude set temperature= takes it "
                 "back. The options of a cell come before these, and these are what %config "
                 "ClaudeMagics shows."),
    Command(name="show", module="show", takes="word", form="[CHAT]",
            does="exactly what would be sent with your next question",
            more="The turns are numbered; those that answered a history which has changed since "
                 "are marked stale. Run their cells again to refresh them."),
    Command(name="chats", module="chats:chats",
            does="the conversations there are",
            more="%%claude -c NAME begins one or goes on with it."),
    Command(name="undo", module="chats:undo", takes="word", form="[CHAT]",
            does="take back the last turn of a conversation"),
    Command(name="reset", module="chats:reset", takes="word", form="[CHAT]",
            does="forget a conversation's turns"),
    Command(name="save", module="kept.saving:save", takes="path", form="[NAME]",
            does="keep a conversation, for another kernel",
            more="NAME is a name of its own, or a file: x.json. Prompts and answers are in it. "
                 "%config ClaudeMagics.keep_chats = True does it by itself, for this notebook."),
    Command(name="load", module="kept.saving:load", takes="path", form="[NAME]",
            does="go on with a conversation that was saved",
            more="%claude show shows what was loaded, which is what will be sent."),
    Command(name="count", module="count", takes="text", form="[TEXT]",
            does="tokens of your next request, or of a text",
            more="The server counts; nothing is answered and nothing is charged. {{name}} in the "
                 "text stands for a variable."),
    Command(name="last", module="last", takes="word", form="[CELL]",
            does="an answer once more: the last one, or that of a cell",
            more="CELL is the number of its In[...], or its id. For when the page was reloaded or "
                 "the output cleared; its value is the answer. One that is still coming goes on "
                 "here."),
    Command(name="files", module="served.files", takes="word", form="[delete=ID]",
            does="files that the server keeps for this key",
            more="What --upload put there, and what code made. delete=ID deletes one."),
    Command(name="batches", module="served.batches", takes="word", form="[ID|cancel=ID]",
            does="batches of rows that the server works on, or has done",
            more="With an id, how far it is; cancel=ID ends it. Rows that were sent with --batch "
                 "are collected by the same cell, run again in any kernel."),
    Command(name="usage", module="spending.usage", takes="path", form="[FILE.csv]",
            does="tokens and cost: by cell and chat here, by day and model in all notebooks",
            more="With a name, writes all calls of the ledger to that file. "
                 "claude_nb.usage() gives them as a table."),
    Command(name="ledger", module="spending.ledger", takes="word", form="[on|off|forget]",
            does="where calls are written down, and whether this notebook's are",
            more="Never a prompt, an answer or a key. CLAUDE_NB_LEDGER names another file, or "
                 "off."),
    Command(name="budget", module="spending.budget", takes="amounts", form="[$2] [N tokens] [off]",
            does="what this notebook may spend, and what is left of it",
            more="What an answer can cost is set aside before it is asked: what does not fit is "
                 "not sent, and a streaming answer ends where the budget does. It stays with the "
                 "notebook when the kernel restarts."),
    Command(name="record", module="kept.recordings:record", takes="path", form="[FILE]",
            does="ask everything, and keep the answers in a file",
            more="Without a name, the file beside the notebook: NAME.answers.jsonl. It holds "
                 "prompts and answers, and never a key."),
    Command(name="replay", module="kept.recordings:replay", takes="path", form="[FILE]",
            does="ask nothing: answers come from the file, at no cost",
            more="%claude replay notebook plays what this notebook's outputs keep (--keep). "
                 "A question that is not recorded fails, and says which recording is nearest and "
                 "what differs. CLAUDE_NB_CASSETTE_SPEED=1 replays at the pace it was recorded."),
    Command(name="auto", module="kept.recordings:auto", takes="path", form="[FILE]",
            does="replay what is recorded; ask and keep anything else",
            more="In CI (CI=true) a file that is there is replayed, and nothing is asked; "
                 "CLAUDE_NB_CASSETTE_MODE=auto asks there too."),
    Command(name="off", module="kept.recordings:off",
            does="neither record nor replay"),
    Command(name="recordings", module="kept.recordings:recordings",
            does="what is recorded, and which recordings were not used"),
    Command(name="fix", module="fix.fix",
            does="explain the last Python error, and show what would mend the cell",
            more="Sends the cell that failed and its traceback, with anything that looks like a "
                 "key taken out. What would change is shown line by line: Accept it, or take it as "
                 "the next cell; you run it. %claude show fix shows what was sent."),
    Command(name="edit", module="fix.edit", takes="text", form='[cell:N] "WHAT TO CHANGE"',
            does="show what would change in the cell above, line by line",
            more='%claude edit "make it faster"; of another cell: %claude edit cell:3 "add a '
                 'docstring", or In[5]. Accept puts it in that cell\'s place, where undo takes it '
                 "back; nothing is run. A question that begins so: %claude -- edit this poem."),
    Command(name="explain", module="fix.explain", takes="cell", form='[error|cell:N] ["WHAT"]',
            does="explain the cell that ran last, or its error",
            more='Or another: %claude explain cell:3, In[5] or error; what of it, in quotes: '
                 '%claude explain "the second line". Any other words are a question.'),
    Command(name="traceback", module="last:failure",
            does="the whole traceback of the last %%claude that failed"),
    Command(name="doctor", module="doctor",
            does="check key, server, streaming and page, and say what to do",
            more="Asks one short question, which costs a few tokens where there is a key."),
    Command(name="panel", module="guide:panel", does="a form with all the controls"),
    Command(name="version", module="version", does="which versions run here"),
)
# fmt: on

BY_NAME = {command.name: command for command in COMMANDS}
