// Parts that the server sends as plain HTML (app/frame/words/markup.py) take the place of those that stand. Only
// what differs is changed, so that the focus, the pointer and pictures that are the same stay.
(() => {
  "use strict";

  const isSameKind = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName;

  function bringAttributes(standing, fresh) {
    for (const { name } of [...standing.attributes]) {
      if (!fresh.hasAttribute(name)) standing.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (standing.getAttribute(name) !== value) standing.setAttribute(name, value);
    }
  }

  function bringChildren(standing, fresh) {
    const [before, after] = [[...standing.childNodes], [...fresh.childNodes]];
    after.forEach((node, place) => {
      const old = before[place];
      if (!old) standing.append(node);
      else if (!isSameKind(old, node)) old.replaceWith(node);
      else if (node.nodeType !== Node.ELEMENT_NODE) {
        if (old.data !== node.data) old.data = node.data;
      } else {
        bringAttributes(old, node);
        bringChildren(old, node);
      }
    });
    for (const old of before.slice(after.length)) old.remove();
  }

  window.lookingGlassMarkup = {
    fill(element, html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      bringChildren(element, fresh.content);
    },
  };
})();
