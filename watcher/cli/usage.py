"""What typer says of a wrong command line, in plain words and with the mend.

typer's wording differs from version to version; a sentence that isn't known passes as it is.
"""

import re
from collections.abc import Iterable
from typing import Any

from watcher.cli.words import nearest

_CHOICE = re.compile(r"'(?P<given>.*)' is not one of (?P<known>'.*')\.?")
_COMMAND = re.compile(r"No such command ['\"](?P<given>.*?)['\"]\..*", re.DOTALL)
_OPTION = re.compile(r"No such option: (?P<given>\S+)(?: \(Possible options: (?P<known>.*)\))?")
_PLAIN = (
    (re.compile(r"^Invalid value for '(.*?)': "), r"\1: "),
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"at least \1 is expected"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"at most \1 is expected"),
    (re.compile(r"Input should be a valid integer\b.*"), "a whole number is expected"),
    (re.compile(r"Input should be a valid number\b.*"), "a number is expected"),
    (re.compile(r"^Missing argument '(.*)'\.$"), r"\1 is missing"),
    (re.compile(r"^Option '(.*)' requires an argument\.$"), r"\1: nothing stands behind it"),
    (re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)"), r"too many words: \1"),
)
_MEANT = {
    "rm": "remove", "delete": "remove", "del": "remove", "ls": "list", "new": "add",
    "start": "run", "watch": "run", "poll": "once", "validate": "check", "search": "match",
    "explain": "why", "resend": "retry", "send": "test", "info": "show", "get": "show",
}  # fmt: skip
"""What other programs call our commands."""


def asked_for_help(error: Exception) -> bool:
    """Say whether typer has shown the help of a group that was named without a command."""
    return any(kind.__name__ == "NoArgsIsHelpError" for kind in type(error).__mro__)


def in_words(message: str, context: Any, path: str) -> str:  # noqa: ANN401 - typer's own click
    """Return one line: what is wrong, what may be meant, and where the help is.

    `path` is the command that was typed, for errors that have no context.
    """
    path = context.command_path if context is not None else path
    command, option = _COMMAND.fullmatch(message), _OPTION.fullmatch(message)
    if command is not None:
        said = f'no command is called "{command["given"]}".{_nearest_command(command, context)}'
    elif option is not None:
        known = (option["known"] or "").split(", ")
        said = f'no option is called "{option["given"]}".{nearest(option["given"], known)}'
    else:
        said = message
        for pattern, plain in _PLAIN:
            said = pattern.sub(plain, said)
        said = _CHOICE.sub(_none_of, said)
    return f"{said} (help: {path} --help)"


def typed(arguments: Iterable[str], command: Any) -> str:  # noqa: ANN401 - as above
    """Return the command that `arguments` name, such as "watcher feeds add"."""
    path = ["watcher"]
    for word in arguments:
        found = getattr(command, "commands", {}).get(word)
        if found is not None:
            command, path = found, [*path, word]
    return " ".join(path)


def _none_of(found: re.Match[str]) -> str:
    known = found["known"].replace("'", "").split(", ")
    return f'"{found["given"]}" is none of {", ".join(known)}.{nearest(found["given"], known)}'


def _nearest_command(found: re.Match[str], context: Any) -> str:  # noqa: ANN401 - as above
    """Return " Did you mean ...?" with whole commands, as they are typed; "" if none is near."""
    given, path = found["given"].lower(), context.command_path
    known: dict[str, Any] = context.command.commands
    if given in {"help", "?"}:
        return f' Did you mean "{path} --help"?'
    for word in (given, _MEANT.get(given, "")):
        if word in known:
            return f' Did you mean "{path} {word}"?'
        groups = [name for name, one in known.items() if word in getattr(one, "commands", ())]
        if groups:
            return f" Did you mean {_either([f'{path} {name} {word}' for name in groups])}?"
    close = nearest(given, known)
    return close.replace('"', f'"{path} ', 1)


def _either(choices: list[str]) -> str:
    quoted = [f'"{choice}"' for choice in choices]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
