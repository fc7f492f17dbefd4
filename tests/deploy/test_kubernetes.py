"""The Kubernetes files against the schemas of Kubernetes itself, and against each other."""

import copy
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from app import gunicorn_conf
from app.serving.door import HEALTH, READINESS

FOLDER = Path(__file__).resolve().parent.parent.parent / "deploy" / "kubernetes"
KUSTOMIZATIONS = sorted(FOLDER.rglob("kustomization.yaml"))
FILES = sorted(set(FOLDER.glob("*.yaml")) - set(KUSTOMIZATIONS))
MOUNT = FOLDER / "examples" / "own-models" / "mount.yaml"
EXAMPLES = sorted(set(FOLDER.glob("examples/*/*.yaml")) - {*KUSTOMIZATIONS, MOUNT})
# A version that long-lived clusters still run, and the newest whose schema there is.
VERSIONS = ("1.29", "1.37")


def content_of(file):
    [content] = yaml.safe_load_all(file.read_text())
    return content


@pytest.fixture
def kinds():
    return {content["kind"]: content for content in map(content_of, FILES)}


@pytest.fixture
def pod(kinds):
    return kinds["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture
def container(pod):
    [container] = pod["containers"]
    return container


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("file", [*FILES, *EXAMPLES], ids=lambda file: file.name)
def test_file_fits_the_schema(file, version):
    kubernetes_validate.validate(content_of(file), version, strict=True)


def misspell(content):
    content["spec"]["templete"] = content["spec"].pop("template")


def misspell_deep(content):
    [container] = content["spec"]["template"]["spec"]["containers"]
    container["readinessProbe"]["httpget"] = container["readinessProbe"].pop("httpGet")


def give_text_for_a_number(content):
    content["spec"]["minReadySeconds"] = "2"


def give_a_number_for_text(content):
    [container] = content["spec"]["template"]["spec"]["containers"]
    container["image"] = 3


def leave_out(content):
    del content["spec"]["selector"]


FAULTS = (misspell, misspell_deep, give_text_for_a_number, give_a_number_for_text, leave_out)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda fault: fault.__name__)
def test_schema_finds_a_planted_fault(kinds, plant):
    content = copy.deepcopy(kinds["Deployment"])
    plant(content)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(content, VERSIONS[-1], strict=True)


def test_every_part_is_there_once(kinds):
    assert len(kinds) == len(FILES)
    assert set(kinds) == {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
    }  # fmt: skip


def test_all_parts_mean_the_same_pods(kinds):
    deployment = kinds["Deployment"]
    own = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == own
    assert kinds["Service"]["spec"]["selector"] == own
    assert kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == own
    assert kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == own
    for constraint in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"] == own
    scaled = kinds["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert scaled == {
        "apiVersion": deployment["apiVersion"],
        "kind": "Deployment",
        "name": deployment["metadata"]["name"],
    }


def test_ports_are_those_that_the_server_listens_on(kinds, container):
    [port] = container["ports"]
    assert port["containerPort"] == int(gunicorn_conf.bind.rpartition(":")[2])
    assert [one["targetPort"] for one in kinds["Service"]["spec"]["ports"]] == [port["name"]]
    [rule] = kinds["NetworkPolicy"]["spec"]["ingress"]
    assert [one["port"] for one in rule["ports"]] == [port["name"]]


def test_probes_ask_what_the_door_answers(container):
    asked = {name: container[name]["httpGet"] for name in container if name.endswith("Probe")}
    assert asked == {
        "startupProbe": {"path": HEALTH, "port": "http"},
        "livenessProbe": {"path": HEALTH, "port": "http"},
        "readinessProbe": {"path": READINESS, "port": "http"},
    }


def test_pods_are_closed(pod, container):
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    writable = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert list(writable) == ["/tmp"]
    [volume] = pod["volumes"]
    assert volume["name"] == writable["/tmp"]
    assert volume["emptyDir"]["sizeLimit"]


def test_user_is_that_of_the_image(pod):
    dockerfile = (FOLDER.parent.parent / "Dockerfile").read_text()
    user = f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}"
    assert f"\nUSER {user}\n" in dockerfile


def test_there_is_time_to_answer_what_is_in_flight(pod, container):
    [_, pause] = container["lifecycle"]["preStop"]["exec"]["command"]
    needed = int(pause) + gunicorn_conf.graceful_timeout
    assert pod["terminationGracePeriodSeconds"] > needed


def test_some_replicas_always_serve(kinds):
    deployment, scaling = kinds["Deployment"]["spec"], kinds["HorizontalPodAutoscaler"]["spec"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    # Applied again, a number here would undo what the autoscaler has set.
    assert "replicas" not in deployment
    assert scaling["minReplicas"] > kinds["PodDisruptionBudget"]["spec"]["maxUnavailable"]


def laid_over(base, patch, key=None):
    """Lay a patch over a content as kustomize does: maps key by key, lists by name or mountPath."""
    if isinstance(patch, dict):
        keys = [*base, *(name for name in patch if name not in base)]
        return {
            name: laid_over(base[name], patch[name], name)
            if name in base and name in patch
            else patch.get(name, base.get(name))
            for name in keys
        }
    if isinstance(patch, list):
        mark = "mountPath" if key == "volumeMounts" else "name"
        old = {one[mark]: one for one in base}
        new = {one[mark]: one for one in patch}
        return [laid_over(old.get(name, {}), new.get(name, {})) for name in {**old, **new}]
    return patch


def test_the_image_is_the_one_thing_to_set(container):
    content = content_of(FOLDER / "kustomization.yaml")
    [image] = content["images"]
    assert image["name"] == container["image"]
    assert image["newName"] and image["newTag"] not in ("", "latest")
    assert set(content) == {"apiVersion", "kind", "resources", "images"}


@pytest.mark.parametrize("file", KUSTOMIZATIONS, ids=lambda file: file.parent.name)
def test_every_kustomization_names_what_lies_beside_it(file):
    content = content_of(file)
    assert (content["apiVersion"], content["kind"]) == (
        "kustomize.config.k8s.io/v1beta1",
        "Kustomization",
    )
    patches = [patch["path"] for patch in content.get("patches", ())]
    own = [name for name in (*content["resources"], *patches) if name != "../.."]
    assert sorted(own) == sorted(one.name for one in file.parent.glob("*.yaml") if one != file)
    if file.parent != FOLDER:
        assert "../.." in content["resources"]
        assert (file.parent / "../.." / "kustomization.yaml").is_file()


@pytest.mark.parametrize("version", VERSIONS)
def test_models_of_ones_own_are_mounted(kinds, version):
    patch = content_of(MOUNT)
    assert patch["metadata"]["name"] == kinds["Deployment"]["metadata"]["name"]
    content = laid_over(kinds["Deployment"], patch)
    kubernetes_validate.validate(content, version, strict=True)
    spec = content["spec"]["template"]["spec"]
    [container] = spec["containers"]
    assert container["image"] and container["readinessProbe"]
    places = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(places.values()) == {volume["name"] for volume in spec["volumes"]}
    told = {one["name"]: one["value"] for one in container["env"]}
    assert told["LOOKING_GLASS_MODELS"].startswith("/mine/") and "/mine" in places
    assert told["LOOKING_GLASS_CACHE"] in places
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in spec["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert claims == {content_of(MOUNT.with_name("claim.yaml"))["metadata"]["name"]}


def test_the_ingress_leads_to_the_service_with_tls(kinds):
    spec = content_of(FOLDER / "examples" / "ingress" / "ingress.yaml")["spec"]
    [rule], [tls] = spec["rules"], spec["tls"]
    assert tls["hosts"] == [rule["host"]] and tls["secretName"]
    [path] = rule["http"]["paths"]
    service = path["backend"]["service"]
    assert service["name"] == kinds["Service"]["metadata"]["name"]
    assert service["port"]["name"] in {one["name"] for one in kinds["Service"]["spec"]["ports"]}
