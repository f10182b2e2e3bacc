// Moves the bar of long work, and goes on to what it made when it is done.
const EVERY = 1000;
const bar = document.querySelector("[data-progress]");

function show(told) {
  const meter = bar.querySelector("progress");
  meter.max = told.total || 1;
  meter.value = told.done;
  bar.querySelector("[data-progress-done]").textContent = told.line;
  for (const part of ["left", "speed"]) {
    const place = bar.querySelector(`[data-progress-${part}]`);
    if (place) place.textContent = told[part];
  }
}

async function ask() {
  try {
    const answer = await fetch(bar.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const told = await answer.json();
    show(told);
    if (told.ended) return location.reload();
  } catch {
    // No signal for a moment; the work goes on without this page.
  }
  setTimeout(ask, EVERY);
}

if (bar?.dataset.progress) ask();
