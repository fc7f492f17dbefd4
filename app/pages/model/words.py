"""What the Model page says: short sentences made of the numbers that it shows."""

from collections.abc import Iterable

from app.frame.words.wording import interval, percent, plural
from app.pages.model.view import ModelView, mean_accuracy
from cnn_core.network.layers import LayerInfo
from cnn_core.space.receptive_fields import FieldSummary
from cnn_core.statistics import Accuracy


def window_text(info: LayerInfo) -> str:
    """Return the window of a layer, as in "3 × 3, stride 2", "" if it has none."""
    window = info.window
    if window is None:
        return ""
    parts = [_size(window.kernel)]
    if window.stride != (1, 1):
        down, across = window.stride
        parts.append(f"stride {down if down == across else _size(window.stride)}")
    if window.dilation != (1, 1):
        parts.append(f"dilation {_size(window.dilation)}")
    if any(window.padding):
        parts.append("padded")
    return ", ".join(parts)


def field_text(field: FieldSummary) -> str:
    """Return a receptive field, as in "18 × 18, stride 4"."""
    if field.stride is None:
        return f"up to {_size(field.size)}"
    down, across = field.stride
    return f"{_size(field.size)}, stride {down if down == across else _size(field.stride)}"


def output_text(info: LayerInfo) -> str:
    """Return the output of a layer, as in "26 × 26 × 32"."""
    return _size(info.shape)


def interval_text(accuracy: Accuracy) -> str:
    """Return an interval, as in "99.49–99.73 %"."""
    return f"{interval(accuracy.low, accuracy.high, 2)} %"


def count_text(accuracy: Accuracy) -> str:
    """Return the counts of an accuracy, as in "9,963 of 10,000"."""
    return f"{accuracy.credit:,.0f} of {accuracy.n:,}"


def architecture_text(view: ModelView) -> str:
    """Tell what the network is in one sentence."""
    network = view.explorer.network(view.selection.model)
    return (
        f"{len(view.layers)} layers, {network.n_parameters:,} parameters; takes images of "
        f"{_size(network.input_shape)} and tells {network.n_classes} classes apart."
    )


def training_text(view: ModelView) -> str:
    """Tell what the curves show and what they do not."""
    records = view.records[view.selection.model]
    if records.fault:
        return records.fault
    if not records.epochs:
        return (
            "No training history is known of this model: no records beside its file describe "
            "a model with its checksum."
            + (" The faint curves are those of the other models." if view.curves else "")
        )
    last = records.epochs[-1]
    parts = [f"{len(records.epochs)} epochs"]
    if last.get("accuracy") is not None and last.get("val_accuracy") is not None:
        parts.append(
            f"at the end {percent(last['accuracy'], 2)} right in training and "
            f"{percent(last['val_accuracy'], 2)} in validation"
        )
    told = [", ".join(parts) + "."]
    recipe = (records.record or {}).get("recipe", {})
    if any(recipe.get("augmentation", {}).values()):
        told.append(
            "Training accuracy is counted on moved images while the network still learns, "
            "so it can lie below that of validation."
        )
    if recipe.get("l2"):
        told.append("Losses include the L2 term.")
    return " ".join(told)


def accuracy_text(view: ModelView) -> str:
    """Tell what the accuracies say, and what the mean is of."""
    first, n_models = view.explorer.set_names[0], len(view.explorer.model_names)
    told = (
        "The share is measured on these images; over all images like them it would lie within the "
        "interval (Wilson), which holds 95 times in 100."
    )
    if n_models == 1:
        return told
    return (
        f"The {n_models} models get {percent(mean_accuracy(view, first), 2)} of the "
        f"{first} images right on average. {told}"
    )


def confusion_summary(view: ModelView) -> str:
    """Tell the matrix to someone who does not see it."""
    total, wrong = int(view.confusion.sum()), sum(kind.count for kind in view.errors)
    told = f"{wrong:,} of {total:,} {view.selection.set} images are misclassified."
    if view.errors:
        told += (
            " Most often: "
            + "; ".join(
                f"{view.class_name(kind.label)} taken for {view.class_name(kind.prediction)}, "
                f"{plural(kind.count, 'time')}"
                for kind in view.errors[:5]
            )
            + "."
        )
    hardest_class = _hardest_class(view)
    if hardest_class is not None:
        row = view.confusion[hardest_class]
        told += (
            f" The class with the smallest share right is "
            f"{view.class_name(hardest_class)}, with "
            f"{percent(row[hardest_class] / row.sum())}."
        )
    return told


def confusion_note(view: ModelView) -> str:
    """Tell what the matrix shows and what a click does."""
    total, wrong = int(view.confusion.sum()), sum(kind.count for kind in view.errors)
    return (
        f"{wrong:,} of {total:,} {view.selection.set} images are misclassified. Mistakes have "
        "a colour scale of their own. Click a cell to list its images."
    )


def list_text(view: ModelView) -> str:
    """Tell which images are listed."""
    label, pred = view.selection.label, view.selection.pred
    n, set_name = len(view.listed), view.selection.set
    images = f"{n:,} {set_name} {'image' if n == 1 else 'images'}"
    if label is None:
        if pred is None:
            return f"All {images} that the model misclassifies."
        return f"{images} of other classes taken for {view.class_name(pred)}."
    if pred is None:
        return f"{images} labelled {view.class_name(label)} and taken for another class."
    if label == pred:
        return f"{images} labelled and predicted {view.class_name(label)}."
    return f"{images} labelled {view.class_name(label)} and predicted {view.class_name(pred)}."


def empty_list_text(view: ModelView) -> str:
    """Tell why no image is listed."""
    if view.errors:
        return (
            "The model makes no such mistake on this set. Choose a coloured cell, or any label "
            "and any prediction."
        )
    return "The model classifies every image of this set right: there is no mistake to show."


def hardest_text(view: ModelView) -> str:
    """Tell which images are the hardest."""
    told = (
        f"The {len(view.hardest):,} {view.selection.set} images to whose label the model gives "
        "the lowest probability, lowest first."
    )
    n_models = len(view.records)
    return (
        told
        if n_models == 1
        else (f"{told} “2 of {n_models} wrong” counts the models that misclassify an image.")
    )


def disputed_text(view: ModelView) -> str:
    """Tell what is disputed and how the models stand to it."""
    disputed, set_name = view.disputed, view.selection.set
    if view.disputed_fault:
        return view.disputed_fault
    if disputed is None:
        return f"No disputed labels are known of this {set_name} set."
    survey = view.explorer.survey(view.selection.model, set_name)
    given = sum(int(survey.predictions[one.image] == one.given) for one in disputed.labels)
    suggested = sum(int(survey.predictions[one.image] == one.suggested) for one in disputed.labels)
    n_wrong = len(survey) - survey.n_right
    blamed = sum(int(not survey.is_right[one.image]) for one in disputed.labels)
    return (
        f"{len(disputed.labels)} labels of the {set_name} set. {disputed.rule} "
        f"This model predicts the label in {given} of them and the suggested class in "
        f"{suggested}; {blamed} of its {n_wrong:,} mistakes are disputed."
    )


def record_text(view: ModelView) -> str:
    """Tell whether records are known and whether they agree with what is counted here."""
    model = view.selection.model
    records = view.records[model]
    if records.fault:
        return records.fault
    if records.record is None:
        return (
            "How this model was trained is not known: no records beside its file describe a "
            "model with its checksum."
        )
    data = records.record.get("data", {})
    digests = {name: view.explorer.dataset(name).digest for name in view.explorer.set_names}
    differing = [name for name, digest in digests.items() if data.get(name) != digest]
    if differing:
        return (
            f"It was trained and measured on other images than the {' and '.join(differing)} "
            "set shown here."
        )
    counted = {name: one.credit for (of, name), one in view.accuracies.items() if of == model}
    recorded = records.record.get("correct", {})
    if "test" in counted and "test" in recorded:
        agrees = (
            "as counted here"
            if counted["test"] == recorded["test"]
            else (
                f"while {counted['test']:,.0f} are counted here: numbers near a tie round "
                "differently on another machine"
            )
        )
        return (
            f"The records say that {recorded['test']:,} test images were right after the "
            f"training, {agrees}."
        )
    return ""


def _hardest_class(view: ModelView) -> int | None:
    totals = view.confusion.sum(axis=1)
    shares = {
        number: view.confusion[number, number] / total
        for number, total in enumerate(totals)
        if total
    }
    return min(shares, key=shares.__getitem__) if shares else None


def _size(numbers: Iterable[int]) -> str:
    return " × ".join(f"{number:,}" for number in numbers)


def sentence(view: ModelView) -> str:
    """How good the network is, in one sentence."""
    total, wrong = int(view.confusion.sum()), sum(kind.count for kind in view.errors)
    worst = view.errors[0] if view.errors else None
    told = (
        f"It is wrong on {wrong:,} of {total:,} {view.selection.set} images, "
        f"{1000 * wrong / max(total, 1):.1f} in 1,000"
    )
    if worst is None:
        return f"{told}."
    return (
        f"{told}; most often it takes {view.class_name(worst.label)} for "
        f"{view.class_name(worst.prediction)}, {plural(worst.count, 'time')}."
    )
