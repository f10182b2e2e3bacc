// Photos: made smaller on the phone, shown and sent at once, sent again when the line was gone.

import { showPhoto } from "../photo.js";

const LONGEST_SIDE = 1280;
const MOST_BYTES = 400_000;
const MOST_UNSHRUNK = 8_000_000;
const QUALITIES = [0.86, 0.78, 0.68, 0.58, 0.48];

export function startPhotos(form, words, saving) {
  for (const fieldset of form.querySelectorAll("[data-photo]")) {
    const kind = fieldset.dataset.photo.replace("_photo", "");
    const status = fieldset.querySelector("[data-photo-status]");
    let waiting = null;
    let before = fieldset.querySelector("figure img")?.src ?? "";

    fieldset.addEventListener("change", (event) => {
      const [file] = event.target.files ?? [];
      if (file) take(file, event.target);
    });
    startCamera(fieldset, kind, (picture) => take(picture));
    const { signal } = saving; // the form may leave before the page does
    addEventListener("online", () => waiting && send(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.visibilityState === "visible" && waiting) send();
      },
      { signal },
    );

    async function take(file, input) {
      say(words.shrinking);
      wrong("");
      let picture = null;
      try {
        picture = await shrunk(file);
      } catch {
        if (saving.opens) return refuse(words.notphoto, input);
        // What the phone cannot open may still be a picture to the server, if it is not too large.
        if (file.size > MOST_UNSHRUNK) return refuse(words.toolarge, input);
        if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return refuse(words.notphoto, input);
        picture = file;
      }
      if (picture !== file || !input) showPhoto(fieldset, picture);
      for (const each of fieldset.querySelectorAll("input[type=file]")) each.value = "";
      waiting = picture;
      await send();
    }

    async function send() {
      const picture = waiting;
      wrong("");
      say(words.uploading.replace("{}", ""));
      const answer = await saving.photo(kind, picture, (share) =>
        say(words.uploading.replace("{}", `${share} %`)),
      );
      if (answer.status === 200) {
        if (waiting === picture) waiting = null;
        before = answer.shown;
        say(words.sent);
      } else if ([0, 502, 503, 504].includes(answer.status)) {
        say(words.photofailed);
      } else if ([400, 401].includes(answer.status) || answer.away) {
        say(words.photofailed);
        saving.ended();
      } else if (answer.status === 507) {
        say(""); // the photo stays here, and goes when there is room again
        wrong(answer.told.text);
      } else {
        waiting = null;
        refuse(answer.told.text || (answer.status === 413 ? words.toolarge : words.notphoto));
      }
    }

    function refuse(text, input) {
      if (input) input.value = "";
      const image = fieldset.querySelector("figure img");
      if (before) image.src = before;
      else {
        image?.remove();
        fieldset.classList.remove("photo-has");
      }
      say("");
      wrong(text);
    }

    function say(text) {
      status.textContent = text;
    }

    function wrong(text) {
      let line = fieldset.querySelector("[data-photo-wrong]");
      if (!line) {
        line = document.createElement("p");
        line.className = "field-error";
        line.dataset.photoWrong = "";
        line.setAttribute("role", "alert");
        status.after(line);
      }
      line.hidden = !text;
      line.textContent = text;
    }
  }
}

// The camera screen comes with the first touch. Without a camera for pages, or when it is refused,
// the phone's own chooser opens as if nothing had been here.
function startCamera(fieldset, kind, took) {
  const input = fieldset.querySelector("input[capture]");
  let broken = !navigator.mediaDevices?.getUserMedia || !document.getElementById("camera-screen");
  input.addEventListener("click", async (event) => {
    if (broken) return undefined;
    event.preventDefault();
    try {
      const { hasCamera, takePicture } = await import("./camera.js");
      if (await hasCamera()) {
        const picture = await takePicture(kind);
        input.focus();
        return picture && took(picture);
      }
    } catch {
      // Refused, taken by another app, or no signal for the screen's own files.
    }
    broken = true;
    input.click();
    return undefined;
  });
}

/** The picture upright, its longer side 1,280 pixels at most, as a JPEG of 400 KB at most. */
async function shrunk(file) {
  if (isCut(new Uint8Array(await file.arrayBuffer()))) throw new Error("cut");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob) throw new Error("no picture");
    if (blob.size <= MOST_BYTES) break;
  }
  canvas.width = canvas.height = 0; // cheap phones run out of memory after a few shots
  return blob;
}

// A browser shows half a JPEG without a word; the server, which is sent it as it is, has one.
function isCut(bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
  let at = 2;
  // Past the segments, which may hold a small picture with an end of its own.
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3];
  }
  do at = bytes.indexOf(0xff, at + 1);
  while (at > 0 && bytes[at + 1] !== 0xd9);
  return at < 0;
}
