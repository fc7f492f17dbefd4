"""HTTP headers that every answer carries, whoever gives it. Imports nothing: the door needs it."""

from collections.abc import Sequence

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "usb",
        )
    ),
}

NEVER_IN_FRAMES = {"X-Frame-Options": "DENY"}
"""Where no other page may show this one in a frame."""

NOBODY = "'none'"
"""Pages that may show this one in a frame, as a Content-Security-Policy says it."""


def framing(frame_ancestors: str = NOBODY) -> dict[str, str]:
    """Headers beside the policy that say who may show a page in a frame."""
    return NEVER_IN_FRAMES if frame_ancestors == NOBODY else {}


def content_security_policy(
    script_hashes: Sequence[str] = (), frame_ancestors: str = NOBODY
) -> str:
    """Say what a page may load: files of this server and inline scripts known by their hash.

    Inline styles are allowed, since plotly.js sets them; pictures may be made in the page, since
    that is how it saves a figure as PNG.

    Parameters
    ----------
    script_hashes
        As ``'sha256-…'``, quotes included.
    frame_ancestors
        Pages that may show it in a frame; "" for any.

    Returns
    -------
    str
        Value of the ``Content-Security-Policy`` header.
    """
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            *((f"frame-ancestors {frame_ancestors}",) if frame_ancestors else ()),
        )
    )
