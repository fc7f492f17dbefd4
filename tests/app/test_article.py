"""The notebook that reproduces the article runs, in its short form."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "article.ipynb"


def test_the_article_runs_from_training_to_the_dashboard(monkeypatch, tmp_path):
    monkeypatch.setenv("LOOKING_GLASS_SHORT", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    kinds = [kind for output in shown for kind in output.get("data", ())]
    # Curves, three grids; the grid with its cells; the network, its activations, the dashboard.
    assert kinds.count("image/png") == 4
    assert kinds.count("application/vnd.plotly.v1+json") == 1
    tables = [
        output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {})
    ]
    assert "208,982 parameters" in tables[0]
    assert any('src="http://127.0.0.1:' in html for html in tables)
