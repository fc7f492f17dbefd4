"""What the Draw page shows, as it stands in the address; the drawing stands in its fragment."""

from dataclasses import dataclass

from app.frame.fields import Selection, image_field, shared_fields


@dataclass(frozen=True, kw_only=True)
class DrawSelection(Selection):
    """One state of the page; what stands on the pad is the browser's own."""


FIELDS = shared_fields(image=image_field())
