// The address is the state. This file carries it between the address bar, the controls and the
// server: one request under way at a time, the newest wish sent as soon as the answer is there.
(() => {
  "use strict";

  const LOADER_AFTER_MS = 200;
  const NO_ANSWER_AFTER_MS = 15000;

  let shownPath = null; // path whose layout the server has been asked for
  let wanted = null; // what the reader asked for last
  let sent = null; // what the server is asked for now, null when nothing is under way
  let answer = null; // what the server told of the page that stands
  let lastTold = null;
  let loader = 0;
  let watchdog = 0;
  let serial = 0;
  let offered = {}; // choices of drop-down lists as they stand, by key
  let toldValues = {}; // what the controls were given last, to tell it from what a hand gives them

  const client = () => window.dash_clientside;
  const following = () => window.lookingGlassFollowing;
  const CARRIED = ["model", "set", "image", "layer", "p", "q"]; // as the server carries them
  const OWN = "#own="; // the reader's own image stands in the fragment, which no server logs
  const ownHere = () => (location.hash.startsWith(OWN) ? location.hash.slice(OWN.length) : "");
  const fragment = (own) => (own ? OWN + own : "");
  const here = () => ({ path: glassAt.here(), search: location.search, own: ownHere() });
  const isSame = (one, other) =>
    one.path === other.path && one.search === other.search && one.own === other.own;
  const text = (value) =>
    value === null || value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);

  function setProps(id, props) {
    client().set_props(id, props);
  }

  function request(address) {
    wanted = address;
    document.dispatchEvent(new CustomEvent("lookingglass:wanted", {
      detail: { keys: answer && answer.path === address.path ? changedKeys(answer, address) : [] },
    }));
    if (!sent) send();
  }

  // Keys of the address that a wish changes of what stands.
  function changedKeys(before, after) {
    const [old, now] = [new URLSearchParams(before.search), new URLSearchParams(after.search)];
    const keys = new Set([...old.keys(), ...now.keys()]);
    const changed = [...keys].filter((key) => old.get(key) !== now.get(key));
    return before.own === after.own ? changed : [...changed, "own"];
  }

  // The same again, since the server may know more by now; `whole` draws also what stands already.
  function again({ whole }) {
    if (sent) return;
    if (whole && answer) answer = { ...answer, isOld: true };
    request(here());
  }

  function send() {
    sent = wanted;
    document.body.dataset.settled = "no";
    clearTimeout(loader);
    clearTimeout(watchdog);
    loader = setTimeout(() => document.body.classList.add("busy"), LOADER_AFTER_MS);
    watchdog = setTimeout(giveUp, NO_ANSWER_AFTER_MS);
    if (sent.path !== shownPath) {
      shownPath = sent.path;
      answer = null;
      offered = {};
      toldValues = {};
      setProps("notices", { children: null });
      setProps("path", { data: { ...sent, serial: ++serial } });
      following().markNavigation(shownPath);
      return;
    }
    // What stands already need not be sent again.
    const shown = answer && !answer.isOld ? { shown: answer.search, shownOwn: answer.own } : {};
    setProps({ type: "query", path: sent.path }, { data: { ...sent, ...shown, serial: ++serial } });
  }

  // The page waits as long as a lost request is sent again.
  function giveUp() {
    if (document.body.dataset.retrying === "yes") {
      watchdog = setTimeout(giveUp, NO_ANSWER_AFTER_MS);
    } else release();
  }

  function release() {
    clearTimeout(loader);
    clearTimeout(watchdog);
    document.body.classList.remove("busy");
    const again = wanted && sent && !isSame(wanted, sent);
    sent = null;
    document.body.dataset.settled = "yes";
    if (again) send();
  }

  function go(path, search, { push = true, own = "" } = {}) {
    const address = { path, search, own };
    if (!isSame(address, here())) {
      history[push ? "pushState" : "replaceState"](null, "", glassAt.full(path) + search + fragment(own));
    }
    request(address);
  }

  function searchWith(search, changes) {
    const parts = new URLSearchParams(search);
    const drops = (answer && answer.drops) || {};
    for (const [key, value] of Object.entries(changes)) {
      for (const dependent of drops[key] || []) if (!(dependent in changes)) parts.delete(dependent);
      if (value === null || value === undefined || value === "") parts.delete(key);
      else parts.set(key, value === true ? "1" : value === false ? "0" : text(value));
    }
    const query = parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
    return query ? `?${query}` : "";
  }

  function set(changes, options) {
    // The page of the last answer is being left.
    if (answer && answer.path !== glassAt.here()) return;
    const before = wanted || here();
    // Another image of the set takes the place of the reader's own.
    const own = "image" in changes || "set" in changes ? "" : before.own;
    go(glassAt.here(), searchWith(before.search, changes), { own, ...options });
    // The controls show the wish while the server works on it; not each of a held key's wishes.
    if (!options || options.push !== false) setTimeout(() => tellWish(changes));
  }

  function tellWish(changes) {
    const known = Object.entries(changes).filter(([key]) => answer && key in answer.values);
    tell(Object.fromEntries(known));
  }

  function step(kind, { repeated = false } = {}) {
    const steps = answer && answer.path === glassAt.here() && answer.steps;
    if (!steps) return;
    const options = { push: !repeated };
    if (kind === "random") {
      const choices = steps.random;
      const image = choices
        ? choices[Math.floor(Math.random() * choices.length)]
        : Math.floor(Math.random() * steps.count);
      if (steps.count) set({ image }, options);
    } else if (kind === "wrong") {
      if (steps.wrong !== null && steps.wrong !== undefined) set({ image: steps.wrong }, options);
    } else if (kind === "above" || kind === "below") {
      const layer = steps[kind] ? layerBeside(steps, kind, repeated) : null;
      if (layer !== null) set({ layer }, options);
    } else if (kind === "next" || kind === "previous") {
      const image = neighbour(steps, kind);
      if (image !== null) set({ image }, options);
    }
  }

  // From the layer that was asked for last; the ends meet, except for a held key.
  function layerBeside(steps, kind, repeated) {
    const names = JSON.parse(offered.layer || "[]").map((choice) => choice.value);
    const wish = wishFor("layer");
    const place = names.indexOf(wish);
    if (place < 0) return steps[kind];
    const next = place + (kind === "below" ? 1 : -1);
    if (repeated && (next < 0 || next >= names.length)) return null;
    return names[(next + names.length) % names.length];
  }

  function wishFor(key) {
    const asked = new URLSearchParams((wanted || here()).search).get(key);
    return asked === null || asked.trim() === "" ? text(answer.values[key]) : asked;
  }

  // By number through the set, or along the images that the server names; from the image that was
  // asked for last, which may not be answered yet.
  function neighbour(steps, kind) {
    const now = Number(answer.values.image);
    const asked = Number(wishFor("image"));
    const wish = Number.isNaN(asked) ? now : asked;
    const listed = steps[kind];
    if (!listed) {
      if (!steps.count) return null;
      return (wish + (kind === "next" ? 1 : steps.count - 1)) % steps.count;
    }
    const place = wish === now ? -1 : listed.indexOf(wish);
    if (place >= 0 || wish === now) {
      return listed.length ? listed[Math.min(place + 1, listed.length - 1)] : null;
    }
    // The reader turns round before the answer.
    const back = [now, ...steps[kind === "next" ? "previous" : "next"]];
    const behind = back.indexOf(wish);
    return behind > 0 ? back[behind - 1] : listed.length ? listed[0] : null;
  }

  function controlElement(key) {
    return document.getElementById(JSON.stringify({ key, type: "control" }));
  }

  function tell(values, options) {
    for (const [key, choices] of Object.entries(options || {})) {
      const content = JSON.stringify(choices);
      if (offered[key] === content || !controlElement(key)) continue;
      offered[key] = content;
      setProps({ type: "control", key }, { options: choices });
    }
    for (const [key, value] of Object.entries(values || {})) {
      const element = controlElement(key);
      if (!element) continue;
      toldValues[key] = text(value);
      const present = element.type === "checkbox" ? element.checked : element.value;
      if (text(present) !== text(value)) {
        setProps({ type: "control", key }, { value: value === null ? "" : value });
      }
    }
  }

  // On a projector, or in a frame of another page.
  function showAs({ present, embed }) {
    document.body.classList.toggle("present", Boolean(present));
    document.body.classList.toggle("embed", Boolean(embed));
    if (present) document.getElementById("page-words")?.setAttribute("open", "");
  }

  client_functions({
    // The first address, as soon as the frame stands.
    start() {
      shownPath = glassAt.here();
      wanted = sent = here();
      watchdog = setTimeout(giveUp, NO_ANSWER_AFTER_MS);
      following().markNavigation(shownPath);
      return { ...sent, serial: ++serial };
    },

    // A control was changed by hand.
    change() {
      if (!answer) return;
      const changes = {};
      for (const { prop_id: property, value } of client().callback_context.triggered) {
        const id = property.slice(0, property.lastIndexOf("."));
        const { key } = JSON.parse(id);
        if (key in answer.values && toldValues[key] !== text(value)) changes[key] = value;
      }
      if (Object.keys(changes).length) set(changes);
    },

    // The server has answered and Dash has put everything in its place.
    settle(told) {
      if (!told || told === lastTold) return;
      lastTold = told;
      if (told.path === shownPath) {
        answer = told;
        tell(null, told.options);
      }
      if (sent && told.path !== sent.path) return;
      if (told.path !== glassAt.here()) {
        // The reader went on before the answer came: ask for the newest wish at once.
        if (sent) release();
        return;
      }
      // What the pictures show by now is said too, even if a newer wish waits.
      following().write(told.texts);
      // An answer that nobody waited for any more is taken too: nothing else was asked since.
      const isNewest = !sent || isSame(wanted, sent);
      if (isNewest) {
        if (told.search !== location.search || told.own !== ownHere()) {
          history.replaceState(null, "", glassAt.full(told.path) + told.search + fragment(told.own));
          wanted = here();
          if (sent) sent = wanted;
        }
        tell(told.values);
        following().carry(told, { text, searchWith, fragment });
        showAs(told.values);
        document.documentElement.lang = told.language;
        document.body.dataset.subject = told.own ? "own" : "set";
        document.title = `${told.title} · CNN Looking Glass`;
      }
      release();
      document.dispatchEvent(new CustomEvent("lookingglass:settled", { detail: told }));
    },
  });

  function client_functions(functions) {
    window.dash_clientside = Object.assign({}, window.dash_clientside, { address: functions });
  }

  const asked = new URLSearchParams(location.search);
  showAs({ present: asked.get("present") === "1", embed: asked.get("embed") === "1" });

  addEventListener("popstate", () => request(here()));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-key],[data-step]");
    const link = event.target.closest("a[href]");
    const isElsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey ||
      event.altKey;
    if (link && (event.defaultPrevented || isElsewhere)) return;
    // A link within something that sets the address leads where it says.
    if (button && (!link || link.contains(button))) {
      event.preventDefault();
      if (button.dataset.step) step(button.dataset.step);
      else set({ [button.dataset.setKey]: button.dataset.setValue });
      return;
    }
    if (!link) return;
    const target = new URL(link.href, location.href);
    const within = glassAt.within(target.pathname);
    const isPage = target.origin === location.origin && !link.hasAttribute("download") &&
      !link.target && !link.hreflang && !within.startsWith("/download/") &&
      (!target.hash || target.hash.startsWith(OWN));
    if (!isPage) return;
    event.preventDefault();
    if (link.matches(".nav-link")) carryWish(target);
    keepLanguage(target);
    go(within, target.search, { own: target.hash.slice(OWN.length) });
  });

  // What was asked for here and is not answered yet is carried to the next page too.
  function carryWish(target) {
    if (!sent || !answer || wanted.path !== answer.path) return;
    const wish = new URLSearchParams(wanted.search);
    for (const key of changedKeys(answer, wanted)) {
      if (!CARRIED.includes(key)) continue;
      if (wish.get(key)) target.searchParams.set(key, wish.get(key));
      else target.searchParams.delete(key);
    }
    target.hash = fragment(wanted.own);
  }

  // From page to page; a link to another language names it and opens a new document.
  function keepLanguage(target) {
    const language = new URLSearchParams(location.search).get("lang");
    if (language && !target.searchParams.has("lang")) target.searchParams.set("lang", language);
  }

  window.lookingGlass = { again, go, set, step, answer: () => answer, isSettled: () => sent === null };
})();
