"""The stores that carry the address between browser and pages."""

PATH = "path"
ANSWER = "answer"
NOTICES = "notices"


def query_store(path):
    """Id of the store that holds a page's query string; the page's callbacks take it as input.

    Parameters
    ----------
    path : str
        Path of the page.

    Returns
    -------
    dict
    """
    return {"type": "query", "path": path}


def search_of(address):
    """Query string of an address as the browser keeps it.

    Parameters
    ----------
    address : dict or None
        {"path", "search", "serial"}.

    Returns
    -------
    str
        "" for anything else.
    """
    search = address.get("search") if isinstance(address, dict) else None
    return search if isinstance(search, str) else ""


def path_of(address):
    """Path of an address as the browser keeps it.

    Parameters
    ----------
    address : dict or None
        {"path", "search", "serial"}.

    Returns
    -------
    str
        "" for anything else.
    """
    path = address.get("path") if isinstance(address, dict) else None
    return path if isinstance(path, str) else ""


def shown_by(address):
    """Query string of what the browser shows already.

    Parameters
    ----------
    address : dict or None
        {"path", "search", "shown", "serial"}.

    Returns
    -------
    str or None
        None where the page stands empty, or for anything else.
    """
    shown = address.get("shown") if isinstance(address, dict) else None
    return shown if isinstance(shown, str) else None


def answer(
    path, query, *, values, steps=None, options=None, drops=None, links=None, names=None, texts=None
):
    """What a page sends back about the address that it was given.

    Parameters
    ----------
    path : str
    query : str
        The address's query as the page understood it, in its shortest form.
    values : dict
        Value of each control by its key.
    steps : dict, optional
        Where keys lead from here.
    options : dict, optional
        New choices of drop-down lists by their key.
    drops : dict of str to sequence of str, optional
        Keys that lose their meaning when the named key changes.
    links : dict of str to str, optional
        Query strings with which the navigation opens other pages, by path; and addresses of links
        that stand in the page, by their `data-link`.
    names : dict of str to str, optional
        File names of pictures by the id of the graph.
    texts : dict of str to str, optional
        Plain sentences by the id of an element that no callback writes: to change a text is a
        hundredth of the work of an output of its own.

    Returns
    -------
    dict
    """
    return {
        "path": path,
        "search": query,
        "values": values,
        "steps": steps or {},
        "options": options or {},
        "drops": drops or {},
        "links": links or {},
        "names": names or {},
        "texts": texts or {},
    }
