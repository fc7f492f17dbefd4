// The Draw page: what stands on the pad is sent to be cleaned while it is drawn; what comes back is
// the image that every page takes, in the address's fragment. The newest picture wins.
(() => {
  "use strict";

  const PATH = "/draw";
  const KEPT = "looking-glass-pad";
  const MOST_BYTES = 2.5e6;
  const RESTING_MS = 400; // without a change, before each step is tried the other way
  const NO_SERVER = "The server does not answer at the moment; the drawing stays on the pad.";
  let box = null; // the <div> that the pad stands in
  let pad = null;
  let steps = new Set();
  let picture = null; // base64 of an uploaded picture, in place of the pad
  let taken = null; // the same, as it was cleaned last: what a refused one gives way to
  let isUnderWay = false;
  let isWanted = false;
  let last = { body: "", own: "" }; // what was cleaned last, and what came of it
  let resting = 0;

  const glass = () => window.lookingGlass;
  const answer = () => glass().answer();
  const isHere = () => glassAt.here() === PATH && answer()?.path === PATH;
  // As it was asked for last: the answer may be on its way.
  const ownHere = () => (location.hash.startsWith("#own=") ? location.hash.slice(5) : "");
  const element = (selector) => box.closest(".draw").querySelector(selector);
  const usual = () => new Set(box.dataset.steps.split(",").filter(Boolean));

  function build(place) {
    box = place;
    [picture, taken, last] = [null, null, { body: "", own: "" }];
    pad = window.drawingPad.open(box, () => {
      picture = null;
      send();
    });
    buildUpload();
    setSteps(usual());
    restore();
  }

  const post = (address, body) => fetch(address, { method: "POST",
    headers: { "Content-Type": "application/json" }, body });

  // --- what was drawn before ---------------------------------------------------------------------------

  function keep() {
    try {
      const kept = { own: last.own, pad: pad.look(), steps: [...steps] };
      sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing shows the image of the link instead.
    }
  }

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      return null;
    }
  }

  // The pad as it was left, if the image in the address came of it; else that image itself.
  async function restore() {
    const own = ownHere();
    if (!own) return;
    const before = kept();
    if (before?.own === own && before.pad) {
      picture = null;
      setSteps(new Set(before.steps));
      await pad.put(before.pad);
    } else if (!(await putOwn(own))) return;
    send();
  }

  async function putOwn(own) {
    try {
      const reply = await post("/draw/own.png", JSON.stringify({ own }));
      if (!reply.ok) return false;
      const blob = await reply.blob();
      if (ownHere() !== own) return false;
      await pad.put(URL.createObjectURL(blob));
      picture = await lettersOf(blob);
      setSteps(new Set()); // it is clean already
      return true;
    } catch {
      return false;
    }
  }

  // --- buttons -----------------------------------------------------------------------------------------

  async function startFromImage() {
    const { values } = answer();
    const query = new URLSearchParams({ model: values.model, set: values.set, image: values.image });
    const reply = await fetch(`/draw/image.png?${query}`);
    if (!reply.ok) return tell(await reply.text());
    pad.act("remember");
    await pad.put(URL.createObjectURL(await reply.blob()));
  }

  document.addEventListener("click", async (event) => {
    const act = event.target.closest?.("[data-pad]")?.dataset.pad;
    if (!act || !pad) return;
    try {
      await (act === "image" ? startFromImage() : pad.act(act));
    } catch {
      tell(NO_SERVER);
    }
    if (act === "erase") return;
    if (act === "clear" || act === "image") setSteps(usual());
    picture = null;
    send();
  });

  document.addEventListener("click", async (event) => {
    const ending = event.target.closest?.("[data-own-file]")?.dataset.ownFile;
    const own = ending && ownHere();
    if (!own) return;
    try {
      const reply = await post(`/draw/own.${ending}`, JSON.stringify({ own }));
      if (!reply.ok) return tell(await reply.text());
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await reply.blob());
      link.download = `own.${ending}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } catch {
      tell(NO_SERVER);
    }
  });

  // --- pictures from outside -------------------------------------------------------------------------

  function buildUpload() {
    const input = Object.assign(document.createElement("input"), {
      type: "file", accept: "image/png,image/jpeg,image/webp",
    });
    input.setAttribute("aria-label", "Choose a picture");
    input.addEventListener("change", () => input.files[0] && take(input.files[0]));
    document.getElementById("draw-upload").replaceChildren(input);
  }

  async function take(file) {
    let blob = file;
    if (file.size > MOST_BYTES) {
      try {
        const image = await createImageBitmap(file, { resizeWidth: 1024, resizeQuality: "high" });
        const small = new OffscreenCanvas(image.width, image.height);
        small.getContext("2d").drawImage(image, 0, 0);
        blob = await small.convertToBlob({ type: "image/jpeg", quality: 0.92 });
      } catch {
        tell("This file is no picture that the browser can open; PNG, JPEG and WebP are.");
        return;
      }
    }
    // A folder that is dropped here cannot be read.
    const letters = await lettersOf(blob).catch(() => "");
    if (!letters) {
      tell("This file is empty, or is none; PNG, JPEG and WebP pictures are taken.");
      return;
    }
    picture = letters;
    send();
  }

  async function lettersOf(blob) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let letters = "";
    for (let place = 0; place < bytes.length; place += 0x8000) {
      letters += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
    }
    return btoa(letters);
  }

  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])][0];
    if (file && glassAt.here() === PATH) take(file);
  });
  document.addEventListener("dragover", (event) => {
    if (glassAt.here() === PATH && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (!file || glassAt.here() !== PATH) return;
    event.preventDefault();
    take(file);
  });

  // --- cleaning ------------------------------------------------------------------------------------

  function setSteps(wanted) {
    steps = wanted;
    for (const place of box.closest(".draw").querySelectorAll("[data-step-name]")) {
      const input = place.querySelector("input") || newSwitch(place);
      input.checked = steps.has(place.dataset.stepName);
    }
  }

  function newSwitch(place) {
    const input = Object.assign(document.createElement("input"), { type: "checkbox" });
    input.addEventListener("change", () => {
      if (input.checked) steps.add(place.dataset.stepName);
      else steps.delete(place.dataset.stepName);
      send();
    });
    place.replaceChildren(input);
    return input;
  }

  function tell(text) {
    const fault = document.getElementById("draw-fault");
    if (!fault) return;
    fault.textContent = text;
    fault.hidden = !text;
  }

  function send() {
    isWanted = true;
    clearTimeout(resting);
    if (!isUnderWay) clean();
  }

  async function clean() {
    isUnderWay = true;
    while (isWanted && isHere()) {
      isWanted = false;
      if (!picture && pad.isEmpty()) emptied();
      else await cleanOnce();
    }
    isUnderWay = false;
    if (!isHere() || !ownHere()) return;
    if (!picture && !pad.isDrawing()) keep();
    resting = setTimeout(tryEachWay, RESTING_MS);
  }

  function emptied() {
    last = { body: "", own: "" };
    tell("");
    show({ yours: "", cleaned: "", seen: "", answer: "", steps: [] });
    for (const place of box.closest(".draw").querySelectorAll("[data-step-told], [data-step-other]")) {
      place.textContent = "";
    }
    if (ownHere()) glass().go(PATH, location.search, { own: "", push: false });
  }

  const wish = () => JSON.stringify({ picture: picture || pad.look().split(",")[1],
    steps: [...steps].join(","), model: answer().values.model });

  async function cleanOnce() {
    const [body, sent] = [wish(), picture];
    if (body === last.body && last.own === ownHere()) return;
    try {
      const reply = await post(box.dataset.address, body);
      if (!isHere()) return;
      if (!reply.ok) {
        tell(await reply.text());
        if (picture === sent) picture = taken;
        return;
      }
      taken = sent;
      const told = await reply.json();
      last = { body, own: told.own };
      tell(told.notes.join(" "));
      show(told);
      glass().go(PATH, location.search, { own: told.own, push: false });
    } catch {
      tell(NO_SERVER);
    }
  }

  async function tryEachWay() {
    const { body } = last;
    if (!isHere() || pad.isDrawing() || !body) return;
    try {
      const reply = await post(`${box.dataset.address}/each-way`, body);
      if (!reply.ok || body !== last.body) return;
      for (const [name, text] of Object.entries(await reply.json())) {
        element(`[data-step-other="${name}"]`).textContent = text;
      }
    } catch {
      // The next stroke asks again.
    }
  }

  function show(told) {
    for (const key of ["yours", "cleaned", "seen"]) {
      element(`[data-picture="${key}"]`).style.backgroundImage = told[key] ? `url(${told[key]})` : "";
    }
    element("[data-live]").textContent = told.answer;
    for (const step of told.steps) {
      element(`[data-step-told="${step.name}"]`).textContent = step.sentence;
    }
  }

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path !== PATH) return;
    const place = document.getElementById("draw-pad");
    if (!place) return;
    if (place !== box) build(place);
    else if (isUnderWay || pad.isDrawing() || ownHere() === last.own) sendIfModelChanged();
    // Another number in the image chooser leaves the drawing; another link brings its own.
    else if (ownHere()) restore();
    else send();
  });

  // Of another model the answer to the other ways is another one.
  function sendIfModelChanged() {
    if (!isUnderWay && last.body && JSON.parse(last.body).model !== answer().values.model) send();
  }
})();
