"""Pages of others: they cannot have a reader's browser use this server, under whatever name."""

import pytest

from app.serving.checks.foreign import has_own_name, is_for_foreign_page
from app.serving.gateway.grading import DOWNLOADS, Grading
from tests.app.asking import small_app

NONE = frozenset()
CALLBACK = "/_dash-update-component"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8050",
        "localhost:8050",
        "LOCALHOST",
        "[::1]:8050",
        "192.168.1.20",
        "teacher-laptop:8050",
        "teacher.local:8050",
        "teacher.local.:8050",
        "glass.school.svc.cluster.local",
        "",
    ],
)
def test_names_that_nobody_else_can_have_are_its_own(host):
    assert has_own_name({"HTTP_HOST": host}, NONE)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8050", "local.evil.example", "evillocal.com"]
)
def test_other_names_are_its_own_only_where_the_operator_says_so(host):
    name = host.partition(":")[0]
    assert not has_own_name({"HTTP_HOST": host}, NONE)
    assert not has_own_name({"HTTP_HOST": host}, frozenset({"glass.example"}))
    assert has_own_name({"HTTP_HOST": host.upper()}, frozenset({name}))
    assert has_own_name({"HTTP_HOST": host}, frozenset({"*"}))


@pytest.mark.parametrize(
    ("site", "mode", "user", "is_foreign"),
    [
        (None, None, None, False),
        ("same-origin", "cors", None, False),
        ("none", "navigate", "?1", False),
        ("cross-site", "no-cors", None, True),
        ("same-site", "cors", None, True),
        ("cross-site", "navigate", None, True),
        ("cross-site", "navigate", "?1", False),
    ],
)
def test_only_links_that_a_reader_follows_lead_here_from_other_pages(site, mode, user, is_foreign):
    told = {"SITE": site, "MODE": mode, "USER": user}
    environ = {f"HTTP_SEC_FETCH_{name}": value for name, value in told.items() if value}
    assert is_for_foreign_page(environ) is is_foreign


def test_the_dashboard_refuses_in_words_what_costs_and_still_opens_pages():
    client = small_app().server.test_client()
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    file = "/download/activations.csv"
    assert client.get(file).status_code == 200
    refused = client.get(file, headers=foreign)
    assert (refused.status_code, refused.mimetype) == (403, "text/plain")
    assert client.post(CALLBACK, json={}, headers=foreign).status_code == 403
    assert client.get("/", headers=foreign).status_code == 200
    renamed = client.get("/", base_url="http://evil.example:8050")
    assert renamed.status_code == 421
    assert "LOOKING_GLASS_HOSTS" in renamed.get_data(as_text=True)


def test_what_is_refused_waits_in_no_lane_for_what_is_dear():
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": f"{DOWNLOADS}ledger.csv"}
    grading = Grading()
    assert grading.is_dear(asked, b"")
    assert not grading.is_dear(asked | {"HTTP_SEC_FETCH_SITE": "cross-site"}, b"")
    assert not grading.is_dear(asked | {"HTTP_HOST": "evil.example"}, b"")
