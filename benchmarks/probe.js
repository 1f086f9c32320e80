// Measures one output area from inside the page. Marks are words like q17z in the answer; the time
// of a mark is taken in the first task after the frame that put it on the page.
window.probe = (() => {
  const clock = () => performance.timeOrigin + performance.now();
  let swapped, seen, states, frames, shifts, size, running, observer;

  const look = (node) => {
    const at = clock();
    for (const [, number] of node.textContent.matchAll(/q(\d+)z/g)) {
      if (!seen.has(+number)) seen.set(+number, at);
    }
  };

  // Mutations of one frame are looked at together, after it was painted.
  const changed = new Set();
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    changed.forEach(look);
    changed.clear();
    const now = running?.textContent.length ?? size;
    if (now !== size) states.push([clock(), (size = now)]);
  };
  const note = (records) => {
    if (running?.querySelector(".claude-nb:not(.claude-nb-live)")) swapped ??= clock();
    for (const record of records) {
      if (record.type === "characterData") changed.add(record.target.parentNode ?? record.target);
      record.addedNodes.forEach((node) => changed.add(node));
    }
    channel.port2.postMessage(0);
  };
  const frame = (last) => (now) => {
    if (!running) return;
    frames.push([performance.timeOrigin + now, now - last]);
    requestAnimationFrame(frame(now));
  };
  new PerformanceObserver((list) => {
    for (const { startTime, value } of running ? list.getEntries() : []) {
      shifts.push([performance.timeOrigin + startTime, value]);
    }
  }).observe({ type: "layout-shift" });

  return {
    start(n) {
      observer?.disconnect();
      swapped = undefined;
      [seen, states, frames, shifts, size] = [new Map(), [], [], [], -1];
      running = document.querySelectorAll(".jp-Notebook .jp-Cell")[n];
      observer = new MutationObserver(note);
      observer.observe(running, { childList: true, subtree: true, characterData: true });
      requestAnimationFrame(frame(performance.now()));
    },
    stop(n) {
      const area = running.querySelector(".jp-Cell-outputArea");
      const marks = [...area.textContent.matchAll(/q(\d+)z/g)].map((match) => +match[1]);
      running = null;
      return { seen: [...seen], states, frames, shifts, marks, swapped };
    },
  };
})();
