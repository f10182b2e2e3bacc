// Dates are ISO text ("1985-01-31"): it compares and sorts by itself, and knows no time zone.

export function ageOn(birthDate, day) {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

export function isoDate(year, month, day) {
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? [pad(year, 4), pad(month, 2), pad(day, 2)].join("-") : null;
}

function daysIn(year, month) {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
}

function pad(number, width) {
  return String(number).padStart(width, "0");
}
