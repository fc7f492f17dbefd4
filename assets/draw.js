// The pad of the Draw page: strokes are kept in the browser and sent to be cleaned; what comes back
// is the image that every page takes, in the address's fragment. The newest picture wins.
(() => {
  "use strict";

  const PATH = "/draw";
  const SIDE = 280;
  const KEPT = "looking-glass-pad";
  const BRUSH = 22; // lands at MNIST's width once the drawing is scaled
  const MOST_BYTES = 2.5e6;
  let pad = null; // the <div> that the canvas stands in
  let canvas = null;
  let past = [];
  let future = [];
  let isErasing = false;
  let pen = null;
  let steps = new Set();
  let picture = null; // base64 of an uploaded picture, in place of the pad
  let isUnderWay = false;
  let isWanted = false;

  const glass = () => window.lookingGlass;
  const answer = () => glass().answer();
  const element = (selector) => pad.closest(".draw").querySelector(selector);

  // --- the pad -------------------------------------------------------------------------------------

  function build(box) {
    pad = box;
    canvas = document.createElement("canvas");
    Object.assign(canvas, { width: SIDE, height: SIDE, tabIndex: 0 });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "Pad: draw with the pointer; arrow keys move a dot, space draws");
    box.replaceChildren(canvas);
    canvas.addEventListener("pointerdown", start);
    canvas.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, stop);
    canvas.addEventListener("keydown", byKey);
    steps = new Set(box.dataset.steps.split(",").filter(Boolean));
    buildUpload();
    buildSwitches();
    clear();
    past = [];
    future = [];
    picture = null;
    restore();
  }

  const context = () => canvas.getContext("2d", { willReadFrequently: true });

  function clear() {
    context().fillStyle = "#000";
    context().fillRect(0, 0, SIDE, SIDE);
  }

  const look = () => canvas.toDataURL("image/png");

  function remember() {
    past.push(look());
    if (past.length > 40) past.shift();
    future = [];
    picture = null;
  }

  function placeOf(event) {
    const area = canvas.getBoundingClientRect();
    return [(event.clientX - area.left) * SIDE / area.width,
      (event.clientY - area.top) * SIDE / area.height];
  }

  function line([x0, y0], [x1, y1]) {
    const ink = context();
    ink.strokeStyle = isErasing ? "#000" : "#fff";
    ink.lineWidth = isErasing ? BRUSH * 1.6 : BRUSH;
    ink.lineCap = ink.lineJoin = "round";
    ink.beginPath();
    ink.moveTo(x0, y0);
    ink.lineTo(x1 + 0.01, y1);
    ink.stroke();
  }

  function start(event) {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    remember();
    pen = placeOf(event);
    line(pen, pen);
    send();
  }

  function move(event) {
    if (!pen) return;
    for (const part of event.getCoalescedEvents?.() || [event]) {
      const next = placeOf(part);
      line(pen, next);
      pen = next;
    }
    send();
  }

  function stop() {
    if (!pen) return;
    pen = null;
    keep();
    send();
  }

  const dot = { x: 10, y: 10, cells: 20 };
  function byKey(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const size = SIDE / dot.cells;
    const middle = () => [(dot.x + 0.5) * size, (dot.y + 0.5) * size];
    if (steps[event.key]) {
      const before = middle();
      dot.x = Math.min(Math.max(dot.x + steps[event.key][0], 0), dot.cells - 1);
      dot.y = Math.min(Math.max(dot.y + steps[event.key][1], 0), dot.cells - 1);
      if (event.shiftKey) {
        remember();
        line(before, middle());
        keep();
        send();
      }
      canvas.setAttribute("aria-label", `Pad, column ${dot.x + 1}, row ${dot.y + 1} of 20; space draws, shift and arrows draw a line`);
    } else if (event.key === " ") {
      remember();
      line(middle(), middle());
      keep();
      send();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function put(address) {
    return new Promise((done) => {
      const image = new Image();
      image.onload = () => {
        clear();
        context().imageSmoothingEnabled = false;
        context().drawImage(image, 0, 0, SIDE, SIDE);
        done();
      };
      image.src = address;
    });
  }

  const isEmpty = () => {
    const { data } = context().getImageData(0, 0, SIDE, SIDE);
    for (let place = 0; place < data.length; place += 16) if (data[place] > 40) return false;
    return true;
  };

  function keep() {
    try {
      sessionStorage.setItem(KEPT, look());
    } catch {
      // A browser that keeps nothing starts with an empty pad.
    }
  }

  async function restore() {
    let kept = null;
    try {
      kept = sessionStorage.getItem(KEPT);
    } catch {
      return;
    }
    if (kept && answer()?.own) {
      await put(kept);
      send({ isQuiet: true });
    }
  }

  const ACTS = {
    async undo() {
      if (!past.length) return;
      future.push(look());
      await put(past.pop());
    },
    async redo() {
      if (!future.length) return;
      past.push(look());
      await put(future.pop());
    },
    erase() {
      isErasing = !isErasing;
      element('[data-pad="erase"]').setAttribute("aria-pressed", String(isErasing));
    },
    clear() {
      remember();
      clear();
    },
    async image() {
      const { values } = answer();
      const query = new URLSearchParams({ model: values.model, set: values.set, image: values.image });
      const reply = await fetch(`/draw/image.png?${query}`);
      if (!reply.ok) return;
      remember();
      await put(URL.createObjectURL(await reply.blob()));
    },
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-pad]");
    if (!button || !canvas) return;
    await ACTS[button.dataset.pad]();
    keep();
    if (button.dataset.pad !== "erase") send();
  });

  document.addEventListener("click", async (event) => {
    const ending = event.target.closest?.("[data-own-file]")?.dataset.ownFile;
    const own = ending && answer()?.own;
    if (!own) return;
    try {
      const reply = await fetch(`/draw/own.${ending}`, { method: "POST",
        headers: { "Content-Type": "application/json" }, body: JSON.stringify({ own }) });
      if (!reply.ok) return tell(await reply.text());
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await reply.blob());
      link.download = `own.${ending}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    } catch {
      tell("The server does not answer at the moment; the drawing stays on the pad.");
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
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let letters = "";
    for (let place = 0; place < bytes.length; place += 0x8000) {
      letters += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
    }
    picture = btoa(letters);
    send();
  }

  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files || [])][0];
    if (file && location.pathname === PATH) take(file);
  });
  document.addEventListener("dragover", (event) => {
    if (location.pathname === PATH && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (!file || location.pathname !== PATH) return;
    event.preventDefault();
    take(file);
  });

  // --- cleaning ------------------------------------------------------------------------------------

  function buildSwitches() {
    for (const box of pad.closest(".draw").querySelectorAll("[data-step-name]")) {
      const input = Object.assign(document.createElement("input"), {
        type: "checkbox", checked: steps.has(box.dataset.stepName),
      });
      input.addEventListener("change", () => {
        if (input.checked) steps.add(box.dataset.stepName);
        else steps.delete(box.dataset.stepName);
        send();
      });
      box.replaceChildren(input);
    }
  }

  function tell(text) {
    const fault = document.getElementById("draw-fault");
    if (!fault) return;
    fault.textContent = text;
    fault.hidden = !text;
  }

  function send() {
    isWanted = true;
    if (!isUnderWay) clean();
  }

  async function clean() {
    isUnderWay = true;
    while (isWanted && location.pathname === PATH && answer()) {
      isWanted = false;
      if (!picture && isEmpty()) {
        tell("");
        show({ yours: "", cleaned: "", seen: "", steps: [] });
        if (answer().own) glass().go(PATH, location.search, { own: "", push: false });
        continue;
      }
      const body = { picture: picture || look().split(",")[1], steps: [...steps].join(","),
        model: answer().values.model };
      try {
        const reply = await fetch(pad.dataset.address, { method: "POST",
          headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        if (!reply.ok) {
          tell(await reply.text());
          continue;
        }
        const told = await reply.json();
        tell(told.notes.join(" "));
        show(told);
        if (!isWanted || told.own !== answer().own) {
          glass().go(PATH, location.search, { own: told.own, push: false });
        }
      } catch {
        tell("The server does not answer at the moment; the drawing stays on the pad.");
      }
    }
    isUnderWay = false;
  }

  function show(told) {
    for (const key of ["yours", "cleaned", "seen"]) {
      const box = element(`[data-picture="${key}"]`);
      if (box) box.style.backgroundImage = told[key] ? `url(${told[key]})` : "";
    }
    for (const step of told.steps) {
      element(`[data-step-told="${step.name}"]`).textContent = step.sentence;
      element(`[data-step-other="${step.name}"]`).textContent = step.other;
    }
  }

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path !== PATH) return;
    const box = document.getElementById("draw-pad");
    if (box && box !== pad) build(box);
  });
})();
