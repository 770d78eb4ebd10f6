// The order matters: Edge and Opera also name Chrome, and Chrome also names Safari.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/\S+ .*\bSafari\//, 'Safari'],
];
// The order matters: Android also names Linux, and iPhones also name Mac OS X.
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

/** The description of a browser that is not known. */
export const UNKNOWN_BROWSER = 'Unknown browser';

const nameIn = (names: readonly (readonly [RegExp, string])[], text: string) =>
  names.find(([pattern]) => pattern.test(text))?.[1];

/**
 * Describes the sender of a User-Agent header so that a person can recognize it: "Firefox on Windows", or the name of
 * another program, such as "curl". Nothing else of the header is stored.
 */
export function describeBrowser(userAgent: string | undefined): string {
  // No browser sends a longer one, so limit what the patterns read.
  const text = (userAgent ?? '').slice(0, 500);
  const browser = nameIn(BROWSERS, text);
  const system = nameIn(SYSTEMS, text);
  if (browser) return system ? `${browser} on ${system}` : browser;
  if (text.startsWith('Mozilla/')) return system ? `Browser on ${system}` : UNKNOWN_BROWSER;
  const [program] = /^[A-Za-z][\w.-]{0,39}/.exec(text) ?? [];
  return program ?? UNKNOWN_BROWSER;
}
