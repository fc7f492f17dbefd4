"""Where a model file comes from, and what to do there when it cannot be opened here."""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Origin:
    """The file's name, and the Keras and the library under it that saved it, "" where not known."""

    file_name: str
    keras_version: str
    backend: str = ""

    @property
    def is_old(self) -> bool:
        """True for Keras 1 and 2."""
        return not self.keras_version.startswith("3")

    @property
    def saved_by(self) -> str:
        """The version in words."""
        return f"Keras {self.keras_version}" if self.keras_version else "an unknown Keras"

    def rebuilt_without(self, what: str) -> str:
        """Two lines of Python that save the network anew, once it is built without a part."""
        return (
            f"saved by {self.saved_by}; there, build the network with layers of Keras' own {what}, "
            f'then: model.load_weights("{self.file_name}"); model.save("{self._new_name}")'
        )

    def saved_anew(self, version: str = "") -> str:
        """Two lines of Python that save the network anew in the version that knows it."""
        there = f"in Keras {version}" if version else "there"
        return (
            f"saved by {self.saved_by}; {there}: "
            f'model = keras.models.load_model("{self.file_name}"); model.save("{self._new_name}")'
        )

    @property
    def _new_name(self) -> str:
        name = PurePath(self.file_name)
        return f"{name.stem}_new{'.h5' if self.is_old else '.keras'}"
