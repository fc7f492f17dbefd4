"""Ids of the Compare page's parts."""

ASKED, FOUND_TRIPLES = "compare-asked", "compare-found-triples"
STATISTIC_SHOWN = "compare-statistic-shown"
BOARDS = "compare-boards"
LEGEND, COLOUR_BAR, RINGS_NOTE = "compare-legend", "compare-colour-bar", "compare-rings-note"
WARNINGS, THRESHOLD, THRESHOLD_TEXT = ("compare-warnings", "compare-t", "compare-threshold")
SENTENCE, CHANCE, CHANCE_NOTE = "compare-sentence", "compare-chance", "compare-chance-note"
READERS, READERS_NOTE = "compare-readers", "compare-readers-note"
TRIPLES, TRIPLES_RUN, TRIPLES_NOTE = (
    "compare-triples",
    "compare-triples-run",
    "compare-triples-note",
)
TABLE, TABLE_NOTE, DOWNLOADS = "compare-table", "compare-table-note", "compare-downloads"
STATISTIC, STATISTIC_NOTE, STATISTIC_TITLE = (
    "compare-statistic",
    "compare-statistic-note",
    "compare-statistic-title",
)
STATISTIC_DOWNLOADS = "compare-statistic-downloads"


def board(key, line):
    """Id of the picture of one line of a group's grids."""
    return f"compare-board-{key}{line}"


def captions_of(key, line):
    """Id of the captions above it."""
    return f"compare-captions-{key}{line}"


def group_body(key):
    """Id of the box around a group's lines."""
    return f"compare-group-{key}"


def empty_note(key):
    """Id of the sentence that stands where a group has no images."""
    return f"compare-empty-{key}"


def line_box(key, line):
    """Id of the box around one line."""
    return f"compare-line-{key}{line}"
