/* How numbers and times are written. Durations are seconds, instants UTC epoch seconds. */
const DASH = "–";
const MINUS = "\u2212";

const two = (value) => String(value).padStart(2, "0");
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** m:ss, from one hour on h:mm:ss. Never negative: two clocks may differ by a moment. */
function clock(seconds) {
  if (!isNumber(seconds)) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** The wall's short form: m:ss, from ten minutes "14分", from an hour "1h05". */
function short(seconds, lang) {
  if (!isNumber(seconds)) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 600) return clock(whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes + (lang === "zh" ? "分" : "m");
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}`;
}

/** A share as a percentage without its sign; from ten on without decimals: 2.9, 41, 100. */
function percent(share, decimals = 1) {
  if (!isNumber(share)) return DASH;
  const value = share * 100;
  const text = value >= 9.95 || value === 0 ? String(Math.round(value)) : value.toFixed(decimals);
  return text.replace("-", MINUS);
}

/** A share as a whole percentage without its sign. */
function whole(share) {
  return isNumber(share) ? String(Math.round(share * 100)) : DASH;
}

function count(value) {
  return isNumber(value) ? String(value).replace("-", MINUS) : DASH;
}

/** An age in words: tenths under five seconds, then seconds, minutes, hours. */
function age(seconds, t) {
  if (!isNumber(seconds)) return DASH;
  const value = Math.max(0, seconds);
  if (value < 5) return t("age.seconds", { n: value.toFixed(1) });
  if (value < 100) return t("age.seconds", { n: Math.floor(value) });
  if (value < 6000) return t("age.minutes", { n: Math.floor(value / 60) });
  return t("age.hours", { n: Math.floor(value / 3600) });
}

const formatters = new Map();
function zoned(zone, lang, options) {
  const key = zone + lang + JSON.stringify(options);
  if (!formatters.has(key)) {
    const locale = lang === "zh" ? "zh-CN" : "en-GB";
    formatters.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone || "UTC", hourCycle: "h23", ...options }));
  }
  return formatters.get(key);
}

/** HH:MM:SS (or HH:MM) of an instant in the site's zone. */
function time(at, zone, seconds = true) {
  if (!isNumber(at)) return DASH;
  const options = { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) };
  return zoned(zone, "en", options).format(at * 1000);
}

/** The day of an instant in the site's zone: "11 月 21 日 周六", "Sat 21 Nov". */
function day(at, zone, lang) {
  if (!isNumber(at)) return DASH;
  const options = { month: lang === "zh" ? "numeric" : "short", day: "numeric", weekday: "short" };
  const part = {};
  for (const { type, value } of zoned(zone, lang, options).formatToParts(at * 1000)) part[type] = value;
  if (lang !== "zh") return `${part.weekday} ${part.day} ${part.month}`;
  return `${part.month.replace("月", "")} 月 ${part.day.replace("日", "")} 日 ${part.weekday}`;
}

/** A caller's number as it came; in words where it was cleared by age ("~"). `t`: the translator. */
function callerNumber(number, t) {
  return number === "~" ? t("caller.cleared") : number;
}

const fmt = { DASH, clock, short, percent, whole, count, age, time, day, caller: callerNumber };
