// The dashboard may stand below a path of another server. What the page itself says of addresses
// begins at its own root; here that is turned into what the browser has to ask for, and back.
"use strict";

window.glassAt = (() => {
  const config = document.getElementById("_dash-config");
  const whole = config ? JSON.parse(config.textContent).requests_pathname_prefix : "/";
  const prefix = whole.replace(/\/$/, "");

  const full = (path) => prefix + path;
  const within = (path) => {
    if (path === prefix) return "/";
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
  };

  if (prefix) {
    const send = window.fetch.bind(window);
    window.fetch = (resource, options) => {
      const isOwn = typeof resource === "string" && resource.startsWith("/");
      return send(isOwn && within(resource) === resource ? full(resource) : resource, options);
    };

    // Links come from many panels, in the page's own words.
    const led = new WeakMap(); // what each link was given
    const lead = (link) => {
      const address = link.getAttribute("href");
      if (!address || !address.startsWith("/") || led.get(link) === address) return;
      led.set(link, full(address));
      link.setAttribute("href", full(address));
    };
    const leadAll = (part) => {
      if (part.nodeType !== Node.ELEMENT_NODE) return;
      if (part.matches("a[href]")) lead(part);
      for (const link of part.querySelectorAll("a[href]")) lead(link);
    };
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "attributes") lead(target);
        else addedNodes.forEach(leadAll);
      }
    }).observe(document.documentElement, {
      attributes: true, attributeFilter: ["href"], childList: true, subtree: true,
    });
    leadAll(document.documentElement);
  }

  return { full, within, here: () => within(location.pathname) };
})();
