// The registration form. Each part works by itself, and the page works without any of them.

import { startSaving } from "./autosave.js";
import { startContribution } from "./contribution.js";
import { startFamily } from "./family.js";
import { startNik } from "./nik.js";
import { startPhotos } from "./photo.js";
import { startSections } from "./sections.js";
import { startSignature } from "./signature.js";
import { startVillage } from "./village.js";

const form = document.getElementById("registration");
if (form) {
  // A new form's address becomes the worker's own, so that a reload finds what was typed.
  if (location.pathname.endsWith("/new")) history.replaceState(null, "", form.action);
  const words = JSON.parse(form.dataset.words);
  const saving = startSaving(form, words);
  startSections(form);
  startNik(form, words);
  startContribution(form);
  startVillage(form, words);
  startFamily(form, words, saving);
  startPhotos(form, words, saving);
  startSignature(form, words, saving);
}
