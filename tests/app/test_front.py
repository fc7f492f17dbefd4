"""What the front keeps for all readers, and under which names it may be called."""

from app.serving.gateway.front import MOST_FILES, Files
from app.serving.gateway.whole import Answer
from app.serving.settings import Settings

_FOR_EVER = ((b"Cache-Control", b"max-age=31536000, immutable"),)


def test_files_are_kept_within_bounds_however_small_and_empty_answers_never():
    files = Files()
    small = Answer(200, _FOR_EVER, b"x")
    for number in range(MOST_FILES + 3):
        files.keep(number, small)
    assert files.get(2) is None and files.get(3) is small
    files.keep("head", Answer(200, _FOR_EVER, b""))
    files.keep("page", Answer(200, (), b"x"))
    assert files.get("head") is None and files.get("page") is None


def test_names_of_the_server_are_parted_by_commas_and_spaces():
    given = {"LOOKING_GLASS_HOSTS": "A.example, b.example  c.example,"}
    assert Settings.from_environment(given).hosts == ("a.example", "b.example", "c.example")
