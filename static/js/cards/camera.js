// Reads the code with the camera where the browser can; without it the number is typed.
const EVERY = 250;
const SAME = 15000;
const AGAIN = "card-camera";
const LAST = "card-read";
const place = document.querySelector("[data-check-camera]");
const form = document.querySelector("[data-check-form]");
const goesOn = "checkNext" in place.dataset;

// The card that was just handed over may lie before the lens for a while yet.
const arrived = Date.now();
const isDone = (text) =>
  goesOn && text === sessionStorage.getItem(LAST) && Date.now() - arrived < SAME;

async function read(detector, video) {
  const seen = await detector.detect(video).catch(() => []);
  const found = seen.find((each) => !isDone(each.rawValue));
  if (!found) return setTimeout(read, EVERY, detector, video);
  for (const track of video.srcObject.getTracks()) track.stop();
  sessionStorage.setItem(LAST, found.rawValue);
  form.elements.code.value = found.rawValue;
  return form.requestSubmit();
}

async function open(detector, button) {
  const video = place.querySelector("video");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment" },
    });
    await video.play();
  } catch {
    const told = place.querySelector("[data-check-told]");
    told.textContent = told.dataset.denied;
    return;
  }
  video.hidden = false;
  button.hidden = true;
  sessionStorage.setItem(AGAIN, "yes");
  read(detector, video);
}

async function offer() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const button = place.querySelector("[data-check-open]");
  place.querySelector("video").hidden = true;
  button.addEventListener("click", () => open(detector, button));
  place.hidden = false;
  // Card after card: where the camera was opened once, it opens by itself for the next one.
  if (goesOn && sessionStorage.getItem(AGAIN)) open(detector, button);
}

offer();
