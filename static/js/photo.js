// Shows a chosen photo at once. Only one of the two inputs of a photo field keeps its file.

/** Shows a picture (a Blob) in a photo field. */
export function showPhoto(fieldset, picture) {
  const frame = fieldset.querySelector("figure");
  const image = frame.querySelector("img") ?? new Image();
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.alt = fieldset.dataset.alt;
  image.src = URL.createObjectURL(picture);
  frame.prepend(image);
  fieldset.classList.add("photo-has");
}

for (const fieldset of document.querySelectorAll("[data-photo]")) {
  fieldset.addEventListener("change", (event) => {
    const [file] = event.target.files ?? [];
    if (!file) return;
    for (const input of fieldset.querySelectorAll("input[type=file]")) {
      if (input !== event.target) input.value = "";
    }
    showPhoto(fieldset, file);
  });
}
