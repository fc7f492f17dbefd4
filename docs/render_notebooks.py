"""Let mkdocs show the notebooks of this folder as pages, with the outputs that they were saved with."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each notebook, and its pictures."""
    for path in sorted(Path(config["docs_dir"]).glob("*.ipynb")):
        text, resources = MarkdownExporter().from_filename(str(path))
        files.append(File.generated(config, f"{path.stem}.md", content=text))
        for name, content in resources["outputs"].items():
            files.append(File.generated(config, name, content=content))
    return files
