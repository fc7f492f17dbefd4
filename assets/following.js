// What follows an answer without being drawn anew: links, the marks of the navigation, sentences.
(() => {
  "use strict";

  function markNavigation(shownPath) {
    for (const link of document.querySelectorAll(".nav-link")) {
      if (glassAt.within(new URL(link.href).pathname) === shownPath) link.setAttribute("aria-current", "page");
      else if (link.dataset.marked.split(" ").includes(shownPath)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // Links and names that follow the address without the page being drawn anew.
  function carry(told, { text, searchWith, fragment }) {
    const { links, pages } = told;
    for (const link of document.querySelectorAll(".nav-link")) {
      const path = glassAt.within(new URL(link.href).pathname);
      if (path in pages) follow(link, path + pages[path] + fragment(told.own));
    }
    for (const link of document.querySelectorAll("a[data-link]")) {
      if (!(link.dataset.link in links)) continue;
      link.hidden = !links[link.dataset.link];
      follow(link, links[link.dataset.link]);
    }
    for (const link of document.querySelectorAll("a[data-set-key]")) {
      const { setKey, setValue } = link.dataset;
      const own = setKey === "image" || setKey === "set" ? "" : told.own;
      follow(link, told.path + searchWith(told.search, { [setKey]: setValue }) + fragment(own));
      const isHere = text(told.values[setKey]) === setValue;
      if (isHere !== link.hasAttribute("aria-current")) {
        if (isHere) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
    for (const [graph, name] of Object.entries(told.names || {})) {
      const button = document.querySelector(`[data-save="${graph}"]`);
      if (button) Object.assign(button, { title: `Save this picture: ${name}` }).dataset.name = name;
    }
  }

  function write(texts) {
    for (const [id, content] of Object.entries(texts || {})) {
      const element = document.getElementById(id);
      if (element && typeof content?.html === "string") window.lookingGlassMarkup.fill(element, content.html);
      else if (element && element.textContent !== (content || "")) element.textContent = content || "";
    }
  }

  function follow(link, address) {
    if (link.getAttribute("href") !== address) link.setAttribute("href", address);
  }

  window.lookingGlassFollowing = { markNavigation, carry, write };
})();
