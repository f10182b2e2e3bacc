// A signature drawn with a finger, a pen or a mouse. Each stroke can be undone.

const INK = "#17211d";
const PAUSE = 900;

export function startSignature(form, words, saving) {
  const box = form.querySelector("[data-signature]");
  const canvas = box.querySelector("canvas");
  const status = box.querySelector("[data-signature-status]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let stroke = null;
  let timer = 0;

  for (const part of box.querySelectorAll("[data-signature-pad]")) part.hidden = false;

  const point = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [
      ((event.clientX - left) * canvas.width) / width,
      ((event.clientY - top) * canvas.height) / height,
    ];
  };

  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = INK;
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    for (const points of strokes) {
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const [at, each] of points.entries()) {
        const before = points[Math.max(at - 1, 0)];
        pen.quadraticCurveTo(...before, (before[0] + each[0]) / 2, (before[1] + each[1]) / 2);
      }
      pen.lineTo(...points.at(-1));
      pen.stroke();
    }
  };

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    box.querySelector("[data-signature-kept]")?.remove();
    canvas.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    strokes.push(stroke);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) stroke.push(point(each));
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (stroke) later();
      stroke = null;
    });
  }
  box.querySelector("[data-undo]").addEventListener("click", () => {
    strokes.pop();
    draw();
    later();
  });
  box.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = [];
    box.querySelector("[data-signature-kept]")?.remove();
    draw();
    later();
  });

  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  async function send() {
    clearTimeout(timer);
    timer = 0;
    const drawn = strokes.length > 0;
    try {
      await saving.signature(
        drawn ? await new Promise((resolve) => canvas.toBlob(resolve, "image/png")) : null,
      );
      status.textContent = drawn ? words.drawn : words.cleared;
    } catch (error) {
      status.textContent = error.text || words.failed;
      if (error.ended) saving.ended();
      else if (!error.status || error.status >= 500) timer = setTimeout(send, 5000);
    }
  }
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "hidden" && timer) send();
    },
    { signal: saving.signal },
  );
}
