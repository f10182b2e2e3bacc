// Can this picture be read? Judged on a small copy of what lies in the frame, while the card is
// still there to be photographed again. Advice only: the person decides, the server judges anew.

export const WIDTH = 320;

// By kind: a card is fine print on a pale ground, a face is soft and may stand before the sky.
const LIMITS = {
  ktp: { dark: 70, glare: 0.005, sharp: 0.08 },
  face: { dark: 60, glare: 0.3, sharp: 0.003 },
};
const WHITE = 250;
const SPOT = 20;

// What is wrong first of all: "dark", "glare", "blur", or "" when it can be read.
// data: RGBA bytes, as getImageData gives them.
export function judge(kind, { data, width, height }) {
  const limits = LIMITS[kind];
  const { light, glare, sharp } = measure({ data, width, height });
  if (light < limits.dark) return "dark";
  if (glare > limits.glare) return "glare";
  return sharp < limits.sharp ? "blur" : "";
}

// light: mean brightness, 0 to 255. glare: share of the squares (20 pixels wide) that are all white.
// sharp: how much of the contrast is between neighbours (variance of the Laplacian over variance).
export function measure({ data, width, height }) {
  const grey = new Float32Array(width * height);
  let sum = 0;
  let squares = 0;
  const across = Math.floor(width / SPOT);
  const white = new Uint16Array(across * Math.floor(height / SPOT));
  for (let at = 0; at < grey.length; at += 1) {
    const [red, green, blue] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
    const value = 0.299 * red + 0.587 * green + 0.114 * blue;
    grey[at] = value;
    sum += value;
    squares += value * value;
    if (Math.min(red, green, blue) < WHITE) continue;
    const column = Math.floor((at % width) / SPOT);
    if (column < across) white[Math.floor(at / width / SPOT) * across + column] += 1;
  }
  const light = sum / grey.length;
  const contrast = squares / grey.length - light * light;
  const glare = white.filter((count) => count > 0.9 * SPOT * SPOT).length / white.length;
  return { light, glare, sharp: contrast ? edges(grey, width) / contrast : 0 };
}

function edges(grey, width) {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let at = width; at < grey.length - width; at += 1) {
    const column = at % width;
    if (column === 0 || column === width - 1) continue;
    const value = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width] - 4 * grey[at];
    sum += value;
    squares += value * value;
    count += 1;
  }
  return count ? squares / count - (sum / count) ** 2 : 0;
}
