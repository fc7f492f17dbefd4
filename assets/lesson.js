// The lesson in the browser: guesses are kept here and nowhere else, and the answer comes after them.
(() => {
  "use strict";

  const KEPT = "looking-glass-lesson";
  const STAGES = 4;
  const LETTERS = "abcde";

  const lesson = () => document.querySelector(".lesson");
  const stepHere = () => lesson()?.dataset.step || "";
  const isPresented = () => document.body.classList.contains("present");

  // --- what is kept --------------------------------------------------------------------------------

  // A browser that keeps nothing still shows the lesson until the page is left.
  let inMemory = {};

  function everything() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return inMemory;
    }
  }

  function keep(all) {
    inMemory = all;
    try {
      localStorage.setItem(KEPT, JSON.stringify(all));
    } catch {
      // As above.
    }
  }

  const guessesOf = (name) => everything()[name] || {};

  function record(group, place) {
    const { case: name, name: what, right } = group.dataset;
    const options = [...group.querySelectorAll("[data-guess] span")].map((one) => one.textContent);
    const title = document.getElementById(group.getAttribute("aria-labelledby"));
    const asked = group.closest("li") ? title : document.querySelector(".page-question");
    const all = everything();
    all[name] = { ...all[name], [what]: {
      place, isRight: place === Number(right), asked: asked.textContent,
      answer: options[place], correct: options[Number(right)],
    } };
    keep(all);
  }

  // --- one step --------------------------------------------------------------------------------------

  function guess(group, place) {
    const isOpen = !(group.dataset.name in guessesOf(group.dataset.case));
    if (!isOpen || !group.querySelector(`[data-guess="${place}"]`)) return;
    record(group, place);
    show();
  }

  function showGroup(group) {
    const made = guessesOf(group.dataset.case)[group.dataset.name];
    for (const button of group.querySelectorAll("[data-guess]")) {
      const isMine = Boolean(made) && Number(button.dataset.guess) === made.place;
      button.setAttribute("aria-pressed", String(isMine));
      button.setAttribute("aria-disabled", String(Boolean(made)));
    }
    const isQuiet = group.dataset.name.startsWith("before");
    group.classList.toggle("made", Boolean(made));
    group.classList.toggle("told", Boolean(made) && !isQuiet);
    const right = group.querySelector(`[data-guess="${group.dataset.right}"]`);
    // On a projector the speaker tells, whether or not somebody guessed in this browser.
    right?.classList.toggle("is-right", (Boolean(made) && !isQuiet) || isPresented());
    const said = group.parentElement.querySelector(".lesson-said");
    const { saidRight, saidWrong } = group.dataset;
    const text = !made || isQuiet ? ""
      : made.isRight ? saidRight : saidWrong.replace("{guess}", made.answer);
    if (said.textContent !== text) said.textContent = text;
    return Boolean(made);
  }

  function show() {
    const place = lesson();
    if (!place) return;
    const groups = [...place.querySelectorAll(".lesson-options")];
    const made = groups.map(showGroup);
    const wasGuessed = place.classList.contains("guessed");
    const isGuessed = made.length > 0 && made.every(Boolean);
    place.classList.toggle("guessed", isGuessed || Boolean(place.querySelector(".lesson-fault")));
    markSteps(place);
    report(place);
    // Pictures that were out of sight are drawn to the size of their place.
    if (wasGuessed !== isGuessed) dispatchEvent(new Event("resize"));
  }

  function markSteps(place) {
    const name = place.querySelector("[data-case]")?.dataset.case;
    const made = guessesOf(name);
    for (const mark of place.querySelectorAll("[data-of-step]")) {
      const one = made[mark.dataset.ofStep];
      mark.classList.toggle("done", Boolean(one));
      const sign = mark.querySelector(".lesson-mark");
      if (sign) sign.textContent = one ? `${one.isRight ? "✓" : "≠"} ${one.answer}` : "";
    }
  }

  // --- on a projector --------------------------------------------------------------------------------

  function stage(number) {
    const place = lesson();
    if (!place || number < 1 || number > STAGES) return false;
    place.dataset.stage = String(number);
    dispatchEvent(new Event("resize"));
    return true;
  }

  function turn(by) {
    const now = Number(lesson().dataset.stage || 0);
    if (isPresented() && now && stage(now + by)) return;
    const next = document.querySelector(`.lesson [data-link="lesson-${Number(stepHere()) + by}"]`);
    (next || document.querySelector('.lesson [data-link="lesson-start"]'))?.click();
  }

  // --- the result ------------------------------------------------------------------------------------

  function lines(box) {
    const made = guessesOf(box.dataset.case);
    const [before, after, step] = box.dataset.parts.split("|");
    const order = [...Object.keys(made)].sort((one, other) => rank(one) - rank(other));
    return order.map((what) => {
      const [round, number] = what.includes("-") ? what.split("-") : ["step", what];
      const part = `${{ before, after, step }[round]} ${number}`;
      const { asked, answer, correct, isRight } = made[what];
      return [part, asked, answer, correct, isRight ? box.dataset.yes : box.dataset.no];
    });
  }

  const rank = (what) =>
    ["before", "", "after"].indexOf(what.includes("-") ? what.split("-")[0] : "") * 10 +
    Number(what.split("-").pop());

  function score(box) {
    const made = Object.entries(guessesOf(box.dataset.case));
    if (!made.length) return box.dataset.none;
    const right = (start) => {
      const own = made.filter(([what]) => (start ? what.startsWith(start) : !what.includes("-")));
      return own.length ? String(own.filter(([, one]) => one.isRight).length) : "–";
    };
    return box.dataset.score.replace("{before}", right("before")).replace("{after}", right("after"))
      .replace("{steps}", right(""));
  }

  function report(place) {
    const box = place.querySelector(".lesson-result");
    if (!box) return;
    const nameBox = box.querySelector(".lesson-name-place");
    if (!nameBox.firstChild) {
      const field = document.createElement("input");
      Object.assign(field, { type: "text", className: "lesson-name-field", maxLength: 80 });
      field.autocomplete = "off";
      field.value = everything().name || "";
      field.addEventListener("change", () => keep({ ...everything(), name: field.value }));
      nameBox.append(field);
    }
    const told = lines(box);
    box.querySelector(".lesson-score").textContent = score(box);
    box.querySelector(".lesson-report").textContent =
      told.map(([part, asked, answer, , isRight]) => `${part}: ${asked}\n   ${answer} (${isRight})`).join("\n");
    const steps = [...place.querySelectorAll(".lesson-way [data-of-step]")];
    const open = steps.filter((one) => !one.classList.contains("done") && !one.dataset.void);
    place.classList.toggle("ended", steps.length > 0 && open.length === 0);
  }

  function asText(box) {
    const name = everything().name || "";
    const head = [name, score(box)].filter(Boolean).join("\n");
    return `${head}\n${box.querySelector(".lesson-report").textContent}\n`;
  }

  function asTable(box) {
    const quoted = (text) => `"${String(text).replaceAll('"', '""')}"`;
    const rows = [box.dataset.heads.split("|"), ...lines(box)];
    return rows.map((row) => row.map(quoted).join(",")).join("\r\n");
  }

  function save(text, name, kind) {
    const link = document.createElement("a");
    // The mark at the start tells spreadsheets that the text is UTF-8.
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: kind }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function copy(box, button) {
    const text = asText(box);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a safe connection the browser lets text be marked and copied by hand.
      getSelection().selectAllChildren(box.querySelector(".lesson-report"));
      document.execCommand("copy");
    }
    button.classList.add("is-done");
    setTimeout(() => button.classList.remove("is-done"), 1500);
  }

  function clear(box) {
    const all = everything();
    delete all[box.dataset.case];
    delete all.name;
    keep(all);
    box.querySelector(".lesson-name-place").replaceChildren();
    show();
  }

  // --- what the reader does ----------------------------------------------------------------------

  document.addEventListener("click", ({ target }) => {
    const button = target.closest(".lesson [data-guess]");
    if (button) guess(button.closest(".lesson-options"), Number(button.dataset.guess));
    const tool = target.closest("[data-lesson]");
    const box = tool?.closest(".lesson-result");
    if (!box) return;
    if (tool.dataset.lesson === "copy") copy(box, tool);
    else if (tool.dataset.lesson === "clear") clear(box);
    else save(asTable(box), "lesson.csv", "text/csv;charset=utf-8");
  });

  document.addEventListener("keydown", (event) => {
    if (!lesson() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    if (!Number(stepHere())) return;
    if (event.key === "PageDown" || event.key === "PageUp") turn(event.key === "PageDown" ? 1 : -1);
    else if (isPresented() && /^[1-4]$/.test(event.key)) stage(Number(event.key));
    else if (LETTERS.includes(event.key)) {
      const group = document.querySelector(".lesson-card .lesson-options");
      if (group) guess(group, LETTERS.indexOf(event.key));
    } else return;
    event.preventDefault();
  });

  document.addEventListener("lookingglass:settled", () => requestAnimationFrame(show));
})();
