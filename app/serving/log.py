"""The server's log: each entry is one printable line, whatever names it holds."""

import logging

from cnn_core.errors import printable


def _as_one_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = printable(record.getMessage()), ()
    return True


log = logging.getLogger("looking_glass")
log.addFilter(_as_one_line)
