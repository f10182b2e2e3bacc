// A camera screen of our own: a frame for the card or the face, the torch where there is one, and
// words on what the picture lacks while the card is still at hand. The file chooser stays beside
// it: some managed phones give no camera to pages.

import { judge, WIDTH } from "../rules/picture.js";

const EVERY = 500;
const MARGIN = 0.04;
const QUALITY = 0.9;
const ASK = { width: { ideal: 2560 }, height: { ideal: 1440 } };
const SIDE = { ktp: "environment", face: "user" };

/** Whether this phone has a camera that a page may ask for. */
export async function hasCamera() {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  return Boolean(devices?.some(({ kind }) => kind === "videoinput"));
}

/**
 * Opens the screen and gives the picture within the frame as a JPEG (a Blob), or null when it was
 * closed without one. Throws when the camera cannot be had (refused, taken by another app).
 */
export async function takePicture(kind) {
  await style();
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: SIDE[kind], ...ASK },
  });
  const screen = document.getElementById("camera-screen").content.cloneNode(true).firstElementChild;
  document.body.append(screen);
  try {
    return await pictured(screen, stream, kind);
  } finally {
    // Cheap phones run out of memory after a few shots when any of this stays.
    for (const track of stream.getTracks()) track.stop();
    screen.querySelector("video").srcObject = null;
    screen.remove();
  }
}

function pictured(screen, stream, kind) {
  const part = (name) => screen.querySelector(`[data-camera-${name}]`);
  const video = screen.querySelector("video");
  const still = part("still");
  const said = part("told");
  const small = document.createElement("canvas");
  const large = document.createElement("canvas");
  let before = "";
  let timer = 0;

  screen.classList.add(`camera-${kind}`);
  video.srcObject = stream;
  torchOf(stream, part("torch"));

  const tell = (fault) => {
    said.textContent = said.dataset[fault || "good"];
    screen.classList.toggle("camera-doubt", Boolean(fault));
  };
  const watch = () => {
    if (video.readyState >= video.HAVE_CURRENT_DATA) {
      const fault = judge(kind, pixels(small, video, within(video, part("frame"), 0)));
      // Twice the same: a hand that shakes for a moment is not worth a word.
      if (fault === before) tell(fault);
      before = fault;
    }
    timer = setTimeout(watch, EVERY);
  };
  const aim = () => {
    screen.classList.remove("camera-taken", "camera-doubt");
    said.textContent = said.dataset.aim;
    before = "";
    timer = setTimeout(watch, EVERY);
    part("shoot").focus();
  };
  const shoot = () => {
    clearTimeout(timer);
    const place = within(video, part("frame"), MARGIN);
    [large.width, large.height] = [place.width, place.height];
    const { x, y, width, height } = place;
    large.getContext("2d").drawImage(video, x, y, width, height, 0, 0, width, height);
    [still.width, still.height] = [large.width, large.height];
    still.getContext("2d").drawImage(large, 0, 0);
    const fault = judge(kind, pixels(small, large, { x: 0, y: 0, ...sizeOf(large) }));
    screen.classList.add("camera-taken");
    tell(fault);
    part(fault ? "again" : "use").focus();
  };

  return new Promise((resolve) => {
    const end = (picture) => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", hide);
      screen.close();
      for (const canvas of [small, large, still]) canvas.width = canvas.height = 0;
      resolve(picture);
    };
    const hide = () => document.visibilityState === "hidden" && end(null);
    document.addEventListener("visibilitychange", hide);
    screen.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(null);
    });
    part("close").addEventListener("click", () => end(null));
    part("shoot").addEventListener("click", shoot);
    part("again").addEventListener("click", aim);
    part("use").addEventListener("click", () => large.toBlob(end, "image/jpeg", QUALITY));
    screen.showModal();
    video.play().then(aim, () => end(null));
  });
}

function torchOf(stream, button) {
  const [track] = stream.getVideoTracks();
  if (!track.getCapabilities?.().torch) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: on }] });
    button.setAttribute("aria-pressed", String(on));
  });
}

// The frame in pixels of the video, which fills its place and is cut at the sides.
function within(video, frame, margin) {
  const [shown, place] = [video.getBoundingClientRect(), frame.getBoundingClientRect()];
  const scale = Math.max(shown.width / video.videoWidth, shown.height / video.videoHeight);
  const wide = (place.width / scale) * (1 + 2 * margin);
  const high = (place.height / scale) * (1 + 2 * margin);
  const width = Math.round(Math.min(wide, video.videoWidth));
  const height = Math.round(Math.min(high, video.videoHeight));
  const left = place.left + place.width / 2 - (shown.left + shown.width / 2);
  const top = place.top + place.height / 2 - (shown.top + shown.height / 2);
  const clamp = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
  return {
    x: clamp(video.videoWidth / 2 + left / scale - width / 2, video.videoWidth - width),
    y: clamp(video.videoHeight / 2 + top / scale - height / 2, video.videoHeight - height),
    width,
    height,
  };
}

function pixels(canvas, source, { x, y, width, height }) {
  [canvas.width, canvas.height] = [WIDTH, Math.round((WIDTH * height) / width)];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, x, y, width, height, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function sizeOf({ width, height }) {
  return { width, height };
}

// Its own sheet, wanted by few and only when the camera opens.
function style() {
  const href = new URL("../../css/camera.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}
