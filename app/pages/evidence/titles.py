"""Names of the layers, the linear probes and the changed networks of the Evidence page."""


def layer_title(view, name):
    """Name of a layer of the ladder."""
    return next((layer.title for layer in view.results.layers if layer.name == name), name)


def probe_title(n_classes):
    """Name a linear probe by the classes that it was fitted to tell apart."""
    return f"{n_classes}-class linear probe"


def variant_title(view, variant):
    """Name a changed network, a probe in place of the MLP with its number of classes."""
    task = view.task
    n_classes = len(task.classes if task else view.results.class_names)
    return variant.title.replace("a linear probe", f"the {probe_title(n_classes)}")


def number_label(view, claim, number):
    """Name a number of a claim, so that linear probes of two and of all classes are told apart."""
    is_of_all = number.label.endswith("all classes")
    n_classes = len(
        view.results.class_names if is_of_all else view.results.task(claim.task).classes
    )
    if claim.name == "linear_suffices":
        return number.label.replace("linear probe", "probe").replace(
            "probe", probe_title(n_classes)
        )
    return number.label.replace("a linear probe", f"the {probe_title(n_classes)}")


def first_large(text: str) -> str:
    """Begin a text with a capital and leave the rest, names of models say, as it is."""
    return text[:1].upper() + text[1:]
