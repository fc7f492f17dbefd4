"""Names of the layers, the linear probes and the changed networks of the Evidence page."""


def layer_title(view, name):
    """Name of a layer of the ladder."""
    return next((layer.title for layer in view.results.layers if layer.name == name), name)


def probe_title(n_classes):
    """Name a linear probe by the classes that it was fitted to tell apart."""
    return f"{n_classes}-class linear probe"


def variant_title(view, variant):
    """Name a changed network, a probe in place of the MLP with its number of classes."""
    if variant.name != "linear_probe":
        return variant.title
    return f"MLP replaced by the {probe_title(len(view.results.class_names))}"


def number_label(view, claim, number):
    """Name a number of a claim, so that the two linear probes are told apart."""
    if claim.name == "linear_suffices":
        n_classes = len(view.results.task(claim.task).classes)
        return number.label.replace("linear probe", "probe").replace(
            "probe", probe_title(n_classes)
        )
    for variant in view.results.variants:
        if variant.title in number.label:
            return number.label.replace(variant.title, variant_title(view, variant))
    return number.label
