"""Commands that a page prints: whoever pastes one where the server was started gets what it says."""

from shlex import quote

from app.explorer import Explorer
from cnn_core.errors import printable
from cnn_core.shipped_files import DATA_FILE, SHIPPED


def survey_command(explorer: Explorer, model: str, *wishes: str) -> str:
    """Command that looks at a whole set for a page, with the files and pixels of this server."""
    return " ".join(["python -m cnn_core survey", *wishes, *_files(explorer, model)])


def places(explorer: Explorer, model: str) -> str:
    """Say what the command's capital words stand for, "" where there are none."""
    told = {
        "MODEL": "MODEL for the saved model",
        "DATA": "DATA for the file or folder with your train and test images",
    }
    used = [told[word] for word in _files(explorer, model) if word in told]
    return f"Put in {' and '.join(used)}." if used else ""


def _files(explorer: Explorer, model: str) -> list[str]:
    """Options that name the files, as they were named at the start; none for the shipped ones."""
    path, data = explorer.network(model).path, explorer.data_path
    has_both = {"train", "test"} <= set(explorer.set_names)
    if path and path.resolve().parent == SHIPPED and data in (None, SHIPPED / DATA_FILE):
        return []
    options = ["--model", quote(printable(path)) if path else "MODEL"]
    options += ["--data", quote(printable(data)) if data and has_both else "DATA"]
    return [*options, *(["--pixels", quote(explorer.pixels)] if explorer.pixels else [])]
