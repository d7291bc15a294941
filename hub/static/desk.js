// The little script of the desk: clocks that count, parts that follow the live line, an alarm that is heard, a map that zooms.
// Without it every page shows the same and refreshes itself.
"use strict";
(() => {
  const main = document.querySelector("main[data-live]");

  // --- Clocks: the server says when a limit passes, by its own clock.
  let ahead = 0;
  const setClock = () => {
    const stated = Number(document.querySelector("[data-now]")?.dataset.now);
    if (stated) ahead = stated - Date.now();
  };
  const counted = (left) => {
    const seconds = left < 0 ? Math.floor(-left / 1000) : Math.ceil(left / 1000);
    return `${left < 0 ? "+" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  const tick = () => {
    const now = Date.now() + ahead;
    for (const clock of document.querySelectorAll("[data-until]")) {
      const left = Number(clock.dataset.until) - now;
      clock.querySelector(".left").textContent = counted(left);
      if (clock.classList.contains("badge") && left <= 0) {
        clock.classList.remove("wait", "look");
        clock.classList.add("bad");
      }
    }
  };
  setClock();
  tick();
  setInterval(tick, 500);

  // --- The alarm: browsers make no sound before somebody has pressed something.
  const button = document.getElementById("sound");
  const heard = new Set();
  let sound = null;
  const isOn = () => sound !== null && sound.state === "running";
  const showSound = () => {
    if (!button) return;
    button.hidden = false;
    button.textContent = isOn() ? button.dataset.on : button.dataset.off;
    button.setAttribute("aria-pressed", String(isOn()));
  };
  const wants = (value) => {
    try {
      if (value !== undefined) sessionStorage.setItem("alarm", value ? "on" : "off");
      return sessionStorage.getItem("alarm") === "on";
    } catch {
      return false;
    }
  };
  const beep = (start, pitch, length) => {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.type = "square";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(start + length);
  };
  const ring = () => {
    if (!isOn()) return;
    for (let n = 0; n < 3; n += 1) {
      beep(sound.currentTime + n * 0.5, 880, 0.2);
      beep(sound.currentTime + n * 0.5 + 0.22, 660, 0.2);
    }
  };
  const turnOn = async () => {
    sound ??= new AudioContext();
    await sound.resume();
    showSound();
  };
  const listenForAlarms = () => {
    const alarms = [...document.querySelectorAll("[data-alarm]")];
    const isNew = alarms.some((alarm) => !heard.has(alarm.dataset.alarm));
    for (const alarm of alarms) heard.add(alarm.dataset.alarm);
    if (isNew) ring();
  };
  if (button) {
    showSound();
    button.addEventListener("click", async () => {
      if (isOn()) {
        await sound.suspend();
        wants(false);
        showSound();
      } else {
        await turnOn();
        wants(true);
        beep(sound.currentTime, 880, 0.2);
      }
    });
    // It was on before this page: the next thing that is pressed turns it on again, and until then the button says that it is off.
    if (wants()) addEventListener("pointerdown", turnOn, { once: true });
    if (wants()) addEventListener("keydown", turnOn, { once: true });
    listenForAlarms();
    setInterval(() => {
      if (document.querySelector("[data-alarm][data-insists]")) ring();
    }, 10000);
  }

  // --- Parts that follow the ledger. What somebody is typing into stays as it is.
  const isInUse = (part) => {
    const active = document.activeElement;
    const isTyping = part.contains(active) && active.matches("input, select, textarea, summary, button");
    return isTyping || part.querySelector("details[open], input:checked") !== null;
  };
  const follow = (fresh) => {
    for (const part of document.querySelectorAll("[data-part]")) {
      const next = fresh.getElementById(part.id);
      if (!next || isInUse(part) || part.innerHTML === next.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceChildren(...document.importNode(next, true).childNodes);
      if (focused) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    }
    const stated = fresh.querySelector("[data-now]");
    if (stated) main.dataset.now = stated.dataset.now;
    setClock();
    tick();
    listenForAlarms();
  };
  // The first change shows at once; of many within a second the last one shows.
  const REST_MS = 800;
  let isLoading = false;
  let isStale = false;
  const refresh = async () => {
    if (isLoading) {
      isStale = true;
      return;
    }
    isLoading = true;
    do {
      isStale = false;
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (answer.redirected) {
          location.assign(answer.url);
          return;
        }
        if (answer.ok) follow(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch {
        // The line says that it is lost.
      }
      await new Promise((rested) => setTimeout(rested, REST_MS));
    } while (isStale);
    isLoading = false;
  };

  // --- The live line: head numbers, and a beat every fifteen seconds.
  const BEATS_MISSED_MS = 45000;
  const line = document.getElementById("line");
  let source = null;
  let lastHeard = 0;
  let isUp = false;
  const show = (up) => {
    isUp = up;
    if (!line) return;
    line.textContent = up ? line.dataset.up : line.dataset.down;
    line.classList.toggle("down", !up);
    line.classList.toggle("up", up);
  };
  const connect = () => {
    source?.close();
    source = new EventSource(main.dataset.live);
    lastHeard = Date.now();
    let isFirst = true;
    const hear = (changed) => () => {
      lastHeard = Date.now();
      if (!isUp) show(true);
      if (changed && !isFirst) refresh();
      // The first head is that of this page, unless the line was lost meanwhile.
      if (isFirst && hasBeenDown) refresh();
      isFirst = false;
    };
    source.addEventListener("head", hear(true));
    source.addEventListener("hints", hear(true));
    source.addEventListener("beat", hear(false));
    source.addEventListener("error", () => {
      hasBeenDown = true;
      show(false);
    });
  };
  let hasBeenDown = false;
  if (main) {
    connect();
    setInterval(() => {
      if (Date.now() - lastHeard > BEATS_MISSED_MS && isUp) {
        hasBeenDown = true;
        show(false);
      }
      if (!isUp) {
        refresh();
        if (source.readyState === EventSource.CLOSED || Date.now() - lastHeard > BEATS_MISSED_MS) connect();
      }
    }, 10000);
    // What changes by the clock alone.
    setInterval(refresh, 60000);
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => {
      if (event.persisted) connect();
    });
  }

  // --- The map.
  const map = document.getElementById("map");
  const zoom = document.getElementById("zoom");
  if (map && zoom) {
    const whole = map.viewBox.baseVal;
    const all = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
    const view = { ...all };
    const draw = () => {
      map.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
      map.style.setProperty("--k", String(view.width / all.width));
    };
    const by = (factor, x = view.x + view.width / 2, y = view.y + view.height / 2) => {
      const width = Math.min(all.width, Math.max(all.width / 16, view.width * factor));
      const ratio = width / view.width;
      view.x = x - (x - view.x) * ratio;
      view.y = y - (y - view.y) * ratio;
      view.width = width;
      view.height *= ratio;
      keep();
    };
    const keep = () => {
      view.x = Math.min(Math.max(view.x, all.x), all.x + all.width - view.width);
      view.y = Math.min(Math.max(view.y, all.y), all.y + all.height - view.height);
      draw();
    };
    zoom.hidden = false;
    zoom.addEventListener("click", (event) => {
      const way = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (way === "in") by(0.6);
      if (way === "out") by(1 / 0.6);
      if (way === "all") {
        Object.assign(view, all);
        draw();
      }
    });
    map.addEventListener("keydown", (event) => {
      const step = view.width / 8;
      const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (event.key === "+" || event.key === "=") by(0.6);
      else if (event.key === "-") by(1 / 0.6);
      else if (ways[event.key]) {
        view.x += ways[event.key][0];
        view.y += ways[event.key][1];
        keep();
      } else return;
      event.preventDefault();
    });
    let grip = null;
    map.addEventListener("pointerdown", (event) => {
      if (view.width < all.width && !event.target.closest("a")) {
        grip = { x: event.clientX, y: event.clientY, viewX: view.x, viewY: view.y };
        map.setPointerCapture(event.pointerId);
      }
    });
    map.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const unit = view.width / map.clientWidth;
      view.x = grip.viewX - (event.clientX - grip.x) * unit;
      view.y = grip.viewY - (event.clientY - grip.y) * unit;
      keep();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      map.addEventListener(end, () => {
        grip = null;
      });
    }
  }
})();
