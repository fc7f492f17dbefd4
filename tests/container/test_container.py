"""The image, built and run for real: small, sealed, ready at once, and the page works."""

import json
import re
import shutil
import subprocess

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.container.engine import IMAGE, ROOT, build_image, docker, running, status_of, wait_until
from tests.harness.driven import Watch
from tests.harness.served import free_port

pytestmark = pytest.mark.container

MOST_BYTES = 1_350_000_000
SEALED = ("--read-only", "--network", "none", "--tmpfs", "/tmp", "--cap-drop", "ALL")
SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"
    rb"|://[^/\s:@]+:[^/\s:@]+@"
)

SECRET_FILES = (
    ".env", ".git", ".netrc", ".pypirc", ".npmrc", ".git-credentials", ".aws", ".docker", ".ssh",
    "id_rsa*", "id_ed25519*", "pip.conf", ".pip", "*.p12", "*.pfx", "*_history",
)  # fmt: skip


@pytest.fixture(scope="session")
def image():
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True).returncode
    ):
        pytest.fail(
            "no Docker engine is reachable: start one, or leave this folder out "
            "(--ignore=tests/container)",
            pytrace=False,
        )
    return build_image()


@pytest.fixture(scope="module")
def sealed(image):
    """A container without network and with nothing to write to but a tmpfs."""
    with running(*SEALED) as container:
        wait_until(lambda: container.fetch_inside("/readyz")[0] == 200, 60, lambda: container.log)
        yield container


def test_image_is_small(image):
    n_bytes = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE))
    parts = docker("history", "--format", "{{.Size}}\t{{.CreatedBy}}", IMAGE)
    print(f"{n_bytes / 1e9:.2f} GB\n{parts}")
    assert n_bytes < MOST_BYTES, parts


def test_image_says_how_it_runs(image):
    config = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", IMAGE))
    assert config["Cmd"] == ["python", "-m", "app"]
    assert "/readyz" in " ".join(config["Healthcheck"]["Test"])
    assert config["User"].split(":")[0] not in ("", "0", "root")
    assert "PIP" not in " ".join(config["Env"])
    assert "PIP_INDEX_URL" not in docker("history", "--no-trunc", IMAGE)


def test_it_serves_without_network_and_without_a_writable_disk(sealed):
    status, page = sealed.fetch_inside("/")
    assert status == 200
    assert "_dash-config" in page
    assert sealed.fetch_inside("/healthz")[0] == 200
    assert sealed.fetch_inside("/nowhere")[0] == 404
    path = "/download/activations.csv?set=test&image=0&layer=Dense_2"
    status, numbers = sealed.fetch_inside(path)
    assert status == 200
    assert len(numbers.splitlines()) == 11


def test_survey_is_built_in(sealed):
    assert " reads the " not in sealed.log, "the survey was built at the start"
    assert "Traceback" not in sealed.log


def test_nobody_is_root(sealed):
    status = sealed.run_inside("cat", "/proc/1/status")
    assert re.search(r"^Uid:\s+10001\s", status, re.M)
    owners = sealed.run_inside("find", "/srv", "/opt/venv", "-writable", "-not", "-type", "l")
    assert owners == ""


def test_no_file_lends_rights(sealed):
    search = "find / -xdev -type f -perm /6000 2>/dev/null; true"
    assert sealed.run_inside("sh", "-c", search, user="0") == ""


def test_no_secret_was_packed(sealed):
    """Neither in the project's files nor where tools and users keep theirs."""
    # Packages carry keys for tests of their own; what was installed is known by its hashes.
    own = sealed.run_inside("find", "/srv", "-mindepth", "1", "-maxdepth", "1", "-not", "-name",
                            "cache").split()  # fmt: skip
    others = ["/root", "/home", "/tmp", "/etc", "/opt/venv/bin", "/var/log", "/var/tmp"]
    # Through the engine: inside, even root may not read everything without its capabilities.
    content = b"".join(
        subprocess.run(
            ["docker", "cp", f"{sealed.name}:{path}", "-"], capture_output=True, check=True
        ).stdout
        for path in (*own, *others)
    )
    assert b"app/factory.py" in content and b"etc/passwd" in content
    assert SECRETS.findall(content) == []


def test_no_file_is_there_that_keeps_secrets(sealed):
    names = " -o ".join(f"-name '{name}'" for name in SECRET_FILES)
    search = f"find / -xdev \\( {names} \\) -not -path '/proc/*' 2>/dev/null; true"
    assert sealed.run_inside("sh", "-c", search, user="0") == ""
    # The patterns find what they are for.
    planted = "mkdir /tmp/planted && touch /tmp/planted/.env && " + search
    assert sealed.run_inside("sh", "-c", planted.replace("-xdev ", ""), user="0") == (
        "/tmp/planted/.env")  # fmt: skip


def test_no_secret_stands_in_history_environment_or_labels(image):
    config = docker("image", "inspect", "--format", "{{json .Config}}", IMAGE)
    history = docker("history", "--no-trunc", IMAGE)
    assert SECRETS.findall((config + history).encode()) == []
    told = re.findall(r"\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|CREDENTIAL)\w*",
                      config + history, re.IGNORECASE)  # fmt: skip
    assert told == []


def test_bill_of_materials_lists_every_pinned_package(sealed):
    label = '{{index .Config.Labels "io.cyclonedx.bill-of-materials"}}'
    place = docker("image", "inspect", "--format", label, IMAGE)
    bill = json.loads(sealed.run_inside("cat", place))
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(json.dumps(bill)) is None
    listed = {part["purl"] for part in bill["components"]}
    requirements = (ROOT / "requirements.txt").read_text()
    for_every_machine = re.findall(r"^([\w.-]+)==([\w.]+) \\$", requirements, re.MULTILINE)
    assert len(for_every_machine) > 40
    pinned = {f"pkg:pypi/{name}@{version}" for name, version in for_every_machine}
    assert pinned - listed == set()
    assert any(purl.startswith("pkg:deb/debian/libc6@") for purl in listed)


def test_docker_sees_that_it_is_healthy(sealed):
    wait_until(
        lambda: sealed.state["Health"]["Status"] == "healthy", 40, lambda: sealed.state["Health"]
    )


def test_it_stops_at_once_when_told(image):
    with running(*SEALED) as container:
        wait_until(lambda: container.fetch_inside("/healthz")[0] == 200, 30, lambda: container.log)
        docker("stop", "--time", "9", container.name)
        assert container.state["ExitCode"] == 0


def test_missing_model_ends_it_with_one_line(image):
    with running(*SEALED, "--env", "LOOKING_GLASS_MODELS=/models/none.keras") as container:
        wait_until(lambda: not container.state["Running"], 60, lambda: container.log)
        assert container.state["ExitCode"] == 1
        assert container.log.count("/models/none.keras: ") == 1
        assert "Traceback" not in container.log


def test_its_page_opens_and_takes_a_key(image, browser):
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ("--read-only", "--tmpfs", "/tmp", "--network", "host")
    options += ("--env", f"LOOKING_GLASS_PORT={port}", "--env", "LOOKING_GLASS_HOST=127.0.0.1")
    with running(*options) as container:
        wait_until(lambda: status_of(address + "/readyz") == 200, 60, lambda: container.log)
        watch = Watch(address)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        watch.over(page)
        page.goto(f"{address}/?set=test&image=7&layer=Conv2D_3")
        page.locator(".js-plotly-plot").first.wait_for()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(re.compile(r"[?&]image=8\b"))
        page.wait_for_load_state("networkidle")
        assert watch.complaints == []
